/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.deploy.cli.ExitCode;
import io.headwater.testing.PostgresServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two {@code headwater serve} on one PostgreSQL, of which one is killed, and one stands still for too long. */
@Timeout(300)
final class TwoGatewaysTest {
    private static final int TOKENS = 400;
    private static final int MORE = 40;
    private static final int EVERYTHING = Integer.MAX_VALUE;

    @RegisterExtension
    private final TestPrograms programs = new TestPrograms();

    private final String database = PostgresServer.require().newSchema();

    private Program serve(String name, Path model) {
        List<String> words = new ArrayList<>(List.of("serve", "-m", model.toString(), "--port", "0", "--data", name));
        words.addAll(List.of("--database", database, "--lease", "3s", "--threads", "1", "--warm-up", "0"));
        return programs.start(name, words, Map.of("HEADWATER_DATABASE_PASSWORD", PostgresServer.PASSWORD));
    }

    private static String session(ServerClient client) {
        String id = client.post("/v1/sessions", "{}").path("id").asText();
        assertThat(say(client, id, TOKENS)).isEqualTo(1);
        return id;
    }

    /** Begins a turn whose answer has so many tokens, and returns its number. */
    private static int say(ServerClient client, String id, int tokens) {
        String message = "{\"content\":\"to be or not to be, that is the question\",\"max_tokens\":" + tokens
                + ",\"ignore_eos\":true,\"temperature\":0.9,\"seed\":7}";
        return client.post("/v1/sessions/" + id + "/messages", message)
                .path("turn")
                .asInt();
    }

    @Test
    void whenOneIsKilledItsClientsResumeAtTheOtherAndHearTheSameAnswer() {
        Path model = ClusterModel.write(programs.directory());
        List<String> undisturbed = new ArrayList<>();
        List<String> heard = new ArrayList<>();
        List<String> followed = new ArrayList<>();
        Program first = serve("first", model);
        Program second = serve("second", model);
        try (ServerClient atFirst = new ServerClient(first);
                ServerClient atSecond = new ServerClient(second)) {
            String calm = session(atFirst);
            atFirst.listen(calm, undisturbed, EVERYTHING);
            assertThat(undisturbed).hasSize(TOKENS + 1).last().asString().endsWith("length");
            String id = session(atFirst);
            CompletableFuture<Void> follower =
                    CompletableFuture.runAsync(() -> atSecond.listen(id, followed, EVERYTHING));
            atFirst.listen(id, heard, TOKENS / 3);

            first.kill();

            atSecond.listen(id, heard, EVERYTHING);
            assertThat(heard).isEqualTo(undisturbed);
            follower.orTimeout(60, TimeUnit.SECONDS).join();
            assertThat(followed).as("on one connection to the other gateway").isEqualTo(undisturbed);
            assertThat(say(atSecond, calm, MORE)).isEqualTo(2);
            atSecond.listen(calm, undisturbed, EVERYTHING);
            assertThat(say(atSecond, id, MORE)).isEqualTo(2);
            atSecond.listen(id, heard, EVERYTHING);
            assertThat(heard).as("with its second turn").isEqualTo(undisturbed);
        }
        second.terminate();
        assertThat(second.awaitEnd()).as(second::story).isEqualTo(ExitCode.DONE);
    }

    @Test
    void oneThatStoodStillForTooLongTellsNothingMoreAndEnds() {
        Path model = ClusterModel.write(programs.directory());
        List<String> heard = new ArrayList<>();
        List<String> atTheStopped = new ArrayList<>();
        Program first = serve("first", model);
        Program second = serve("second", model);
        try (ServerClient atFirst = new ServerClient(first);
                ServerClient atSecond = new ServerClient(second)) {
            String id = session(atFirst);
            CompletableFuture<Void> listener =
                    CompletableFuture.runAsync(() -> atFirst.listen(id, atTheStopped, EVERYTHING));
            atSecond.listen(id, heard, TOKENS / 3);
            first.stop();
            atSecond.listen(id, heard, EVERYTHING);

            first.resume();

            assertThat(first.awaitEnd()).as(first::story).isEqualTo(ExitCode.UNAVAILABLE);
            assertThat(first.said()).last().asString().contains("others have taken its sessions over");
            listener.orTimeout(60, TimeUnit.SECONDS).join();
            assertThat(heard).hasSize(TOKENS + 1).startsWith(atTheStopped.toArray(String[]::new));
        }
    }
}
