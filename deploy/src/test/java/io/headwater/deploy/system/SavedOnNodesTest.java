/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.deploy.cli.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code headwater serve --nodes 2}: its sessions' caches lie in files that its nodes have written, and are had back after the death of all, or of one. */
@Timeout(600)
final class SavedOnNodesTest {
    private static final int ANSWERED = 10;
    /** Less than the tokens of {@link #LONG}, more than what is ever read again. */
    private static final int MOST = 250;

    private static final String LONG = "what is it that you remember of all this? ".repeat(8);

    @RegisterExtension
    private final TestPrograms programs = new TestPrograms();

    private Program serve(String name, Path model) {
        return programs.start(
                name,
                List.of(
                        "serve",
                        "-m",
                        model.toString(),
                        "--port",
                        "0",
                        "--data",
                        "data",
                        "--threads",
                        "1",
                        "--warm-up",
                        "0",
                        "--nodes",
                        "2"));
    }

    private static String open(ServerClient client) {
        return client.post(
                        "/v1/sessions",
                        "{\"seed\":5,\"temperature\":0.9,\"kv\":{\"policy\":\"ems:window=8,tau=0.1\",\"budget\":48,\"interval\":16}}")
                .path("id")
                .asText();
    }

    /** How many tokens need not be read again for the answer. */
    private static int say(ServerClient client, String session, String words) {
        JsonNode end = client.say(session, "{\"content\":\"" + words + "\",\"max_tokens\":30,\"ignore_eos\":true}");
        assertThat(end.path("finish_reason").asText()).as(end.toString()).isEqualTo("length");
        return end.path("timings").path("cache_n").asInt();
    }

    private static JsonNode messages(ServerClient client, String session) {
        return client.get("/v1/sessions/" + session).path("messages");
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files =
                Files.walk(programs.directory().resolve("data").resolve("kv"))) {
            return files.filter(file -> file.toString().endsWith(".kv")).toList();
        }
    }

    private static void damage(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
    }

    @Test
    void aSessionGoesOnFromTheFilesOfTheNodesAfterTheServersDeathAndANodes() throws IOException {
        Path model = ClusterModel.write(programs.directory());
        String session;
        String undisturbed;
        Program first = serve("first", model);
        try (ServerClient client = new ServerClient(first)) {
            session = open(client);
            assertThat(say(client, session, LONG)).isZero();
            assertThat(say(client, session, "and now?")).isGreaterThan(MOST);
            assertThat(files()).as("a file for each of two nodes").hasSizeGreaterThanOrEqualTo(2);
            first.kill();
        }
        assertThat(first.awaitEnd()).isNotZero();

        Program second = serve("second", model);
        try (ServerClient client = new ServerClient(second)) {
            assertThat(say(client, session, "and then?")).as(second::story).isGreaterThan(MOST);
            assertThat(second.err()).doesNotContain("built again");
            undisturbed = open(client);
            for (String words : List.of(LONG, "and now?", "and then?")) {
                say(client, undisturbed, words);
            }
            assertThat(messages(client, session)).isEqualTo(messages(client, undisturbed));

            Program.signal("KILL", new ClusterState(client.url()).pid(false));
            new ClusterState(client.url()).awaitServing(1);
            assertThat(say(client, session, "are you alone?")).as(second::story).isGreaterThan(MOST);
            second.terminate();
        }
        assertThat(second.awaitEnd()).as(second::story).isEqualTo(ExitCode.DONE);

        for (Path file : files()) {
            damage(file);
        }
        Program third = serve("third", model);
        try (ServerClient client = new ServerClient(third)) {
            assertThat(say(client, session, "and at last?")).isZero();
            assertThat(third.err()).as("said by a node").contains("built again", "damaged");
            say(client, undisturbed, "are you alone?");
            say(client, undisturbed, "and at last?");
            assertThat(messages(client, session)).isEqualTo(messages(client, undisturbed));
            third.terminate();
        }
        assertThat(third.awaitEnd()).as(third::story).isEqualTo(ExitCode.DONE);
    }

    @Test
    void whatIsIdleAtTheServersEndIsSavedThenAndACompletionGoesOnWhereAnotherEnded() throws IOException {
        Path model = ClusterModel.write(programs.directory());
        Program first = serve("first", model);
        String session;
        try (ServerClient client = new ServerClient(first)) {
            session = client.post("/v1/sessions", "{\"seed\":5}").path("id").asText();
            assertThat(say(client, session, LONG)).isZero();
            beginAsAnotherWent(client);
            first.terminate();
        }
        assertThat(first.awaitEnd()).as(first::story).isEqualTo(ExitCode.DONE);

        Program second = serve("second", model);
        try (ServerClient client = new ServerClient(second)) {
            assertThat(say(client, session, "and now?")).as(first::story).isGreaterThan(MOST);
            second.terminate();
        }
        assertThat(second.awaitEnd()).as(second::story).isEqualTo(ExitCode.DONE);
    }

    private static void beginAsAnotherWent(ServerClient client) {
        List<Integer> prompt = Stream.iterate(40, id -> id + 1).limit(60).toList();
        List<String> heard = new ArrayList<>();
        client.listen(client.beginStream("/v1/completions", completion(prompt, true)), heard, Integer.MAX_VALUE);
        List<Integer> longer = new ArrayList<>(prompt);
        heard.subList(0, ANSWERED).forEach(event -> longer.add(Integer.valueOf(event.split(" ", -1)[1])));
        longer.addAll(List.of(65, 66));

        JsonNode begun = client.post("/v1/completions", completion(longer, false));
        JsonNode fresh = client.post("/v1/completions", completion(longer, false)); // what there was has gone on

        assertThat(cached(begun)).isEqualTo(prompt.size() + ANSWERED - 1);
        assertThat(cached(fresh)).isZero();
        assertThat(begun.path("choices")).isEqualTo(fresh.path("choices"));
    }

    private static String completion(List<Integer> prompt, boolean stream) {
        return "{\"prompt\":" + prompt + ",\"max_tokens\":" + ANSWERED
                + ",\"seed\":3,\"temperature\":0.9,\"ignore_eos\":true,\"stream\":" + stream + "}";
    }

    private static int cached(JsonNode answer) {
        return answer.path("usage")
                .path("prompt_tokens_details")
                .path("cached_tokens")
                .asInt();
    }
}
