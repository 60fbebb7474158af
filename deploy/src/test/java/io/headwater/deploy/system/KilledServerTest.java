/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.deploy.cli.ExitCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code headwater serve}, killed in the middle of an answer and started again on the same data. */
@Timeout(600)
final class KilledServerTest {
    private static final int TOKENS = 800;
    private static final String TURN =
            "\"max_tokens\":" + TOKENS + ",\"ignore_eos\":true,\"temperature\":0.9,\"seed\":7";
    private static final String WORDS = "to be or not to be, that is the question";
    private static final int EVERYTHING = Integer.MAX_VALUE;

    @RegisterExtension
    private final TestPrograms programs = new TestPrograms();

    private Program serve(String name, Path model, String... more) {
        List<String> words = new ArrayList<>(List.of("serve", "-m", model.toString(), "--port", "0", "--data", "data"));
        words.addAll(List.of("--threads", "1", "--warm-up", "0"));
        words.addAll(List.of(more));
        return programs.start(name, words);
    }

    private static String session(ServerClient client) {
        String id = client.post("/v1/sessions", "{}").path("id").asText();
        assertThat(client.post("/v1/sessions/" + id + "/messages", "{\"content\":\"" + WORDS + "\"," + TURN + "}")
                        .path("turn")
                        .asInt())
                .isEqualTo(1);
        return id;
    }

    @Test
    void aSessionGoesOnWithTheSameTokensHoweverOftenTheServerIsKilled() {
        Path model = ClusterModel.write(programs.directory());
        List<String> undisturbed = new ArrayList<>();
        List<String> heard = new ArrayList<>();
        Program first = serve("first", model);
        String id;
        try (ServerClient client = new ServerClient(first)) {
            client.listen(session(client), undisturbed, EVERYTHING);
            assertThat(undisturbed).hasSize(TOKENS + 1).last().asString().endsWith("length");
            id = session(client);
            client.listen(id, heard, TOKENS / 4);
            first.kill();
        }
        assertThat(first.awaitEnd()).isNotZero();

        Program second = serve("second", model);
        try (ServerClient client = new ServerClient(second)) {
            client.listen(id, heard, TOKENS / 2);
            second.kill();
        }
        assertThat(second.awaitEnd()).isNotZero();

        Program third = serve("third", model);
        try (ServerClient client = new ServerClient(third)) {
            client.listen(id, heard, EVERYTHING);
            assertThat(heard).isEqualTo(undisturbed);
            List<String> again = new ArrayList<>();
            client.listen(id, again, EVERYTHING);
            assertThat(again).isEqualTo(undisturbed);
            Program other = serve("other", model);
            assertThat(other.awaitEnd()).as(other::story).isEqualTo(ExitCode.FAILED);
            assertThat(other.said())
                    .as(other::story)
                    .last()
                    .asString()
                    .contains("another server uses the data directory");
            String last = session(client);
            List<String> toTheEnd = new ArrayList<>();
            client.listen(
                    last,
                    toTheEnd,
                    EVERYTHING,
                    third::terminate); // on one connection: an ending server may take no new one
            assertThat(toTheEnd).as("at work when the server was asked to end").isEqualTo(undisturbed);
        }
        assertThat(third.awaitEnd()).as(third::story).isEqualTo(ExitCode.DONE);
    }

    @Test
    void aCompletionSurvivesTheLossOfANodeAndThenOfTheServer() {
        Path model = ClusterModel.write(programs.directory());
        String[] onTwo = {
            "--nodes", "2", "--kv-policy", "ems:tau=0.1,gamma=2", "--kv-budget", "24", "--kv-interval", "16"
        };
        String body = "{\"prompt\":\"" + WORDS + "\",\"stream\":true," + TURN + "}";
        List<String> undisturbed = new ArrayList<>();
        List<String> heard = new ArrayList<>();
        Program first = serve("first", model, onTwo);
        String id;
        try (ServerClient client = new ServerClient(first)) {
            client.listen(client.beginStream("/v1/completions", body), undisturbed, EVERYTHING);
            assertThat(undisturbed).hasSize(TOKENS + 1).last().asString().endsWith("length");
            id = client.beginStream("/v1/completions", body);
            client.listen(id, heard, TOKENS / 4);
            Program.signal("KILL", new ClusterState(client.url()).pid(false));
            client.listen(id, heard, TOKENS / 2);
            first.kill();
        }
        assertThat(first.awaitEnd()).isNotZero();

        Program second = serve("second", model, onTwo);
        try (ServerClient client = new ServerClient(second)) {
            client.listen(id, heard, EVERYTHING);
        }

        assertThat(heard).isEqualTo(undisturbed);
        second.terminate();
        assertThat(second.awaitEnd()).as(second::story).isEqualTo(ExitCode.DONE);
    }
}
