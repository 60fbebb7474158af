/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.deploy.cli.ExitCode;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.TestConsole;
import io.headwater.testing.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ten requests at once, greedy and sampled, two with compressed caches, on every kind of cluster: each answer is that of the request alone on one node. */
@Timeout(300)
final class LayoutsTest {
    private static final List<String> REQUESTS = List.of(
            "{\"id\":1,\"prompt\":\"to be or not to be\"}",
            "{\"id\":2,\"prompt\":\"the sea\"}",
            "{\"id\":3,\"prompt\":\"the wind and the sea, the wind and the rain, and the rain and the sea again\"}",
            "{\"id\":4,\"prompt\":\"x\"}",
            "{\"id\":5,\"prompt\":\"to be or not to be\",\"temperature\":0.9,\"seed\":7}",
            "{\"id\":6,\"prompt\":\"the sea\",\"temperature\":1.5,\"top-p\":0.9,\"seed\":8}",
            "{\"id\":7,\"prompt\":\"a long and quiet evening at the harbour of the town\",\"temperature\":2,\"top-k\":40,\"seed\":9}",
            "{\"id\":8,\"prompt\":\"x\",\"temperature\":1,\"seed\":10}",
            "{\"id\":9,\"prompt\":\"the wind and the sea, the wind and the rain\",\"kv-policy\":\"ems:tau=0.1,gamma=2,allocation=adaptive\",\"kv-budget\":20,\"kv-interval\":16}",
            "{\"id\":10,\"prompt\":\"the sea, the sea, the open sea, the blue, the fresh\",\"temperature\":1,\"seed\":11,\"kv-policy\":\"g-kv:window=4,allocation=global\",\"kv-budget\":40,\"kv-interval\":16}");

    @TempDir
    private static Path directory;

    private static List<JsonNode> expected = List.of();

    @BeforeAll
    static void askEachAlone() throws IOException {
        TinyModel.create().layers(3).heads(6, 3).write(directory);
        List<JsonNode> alone = new ArrayList<>();
        for (String request : REQUESTS) {
            alone.addAll(answers(List.of(request), "--nodes 1 --threads 1"));
        }
        expected = List.copyOf(alone);
        assertThat(expected.subList(8, 10))
                .as("heads compete")
                .allSatisfy(answer -> assertThat(lengths(answer))
                        .as(answer.path("kv").toString())
                        .hasSizeGreaterThan(1));
    }

    private static Set<Integer> lengths(JsonNode answer) {
        Set<Integer> lengths = new HashSet<>();
        answer.path("kv").path("entries").forEach(layer -> layer.forEach(head -> lengths.add(head.asInt())));
        return lengths;
    }

    @ParameterizedTest
    @CsvSource({
        "1, --threads 2",
        "2, --nodes 2",
        "2, --nodes 2 --transport udp --crossover 0",
        "2, '--nodes 2 --capacity 3,1 --chunk 8'",
        "3, --nodes 3",
        "3, --nodes 3 --transport udp"
    })
    void noLayoutChangesABit(int nodes, String layout) throws IOException {
        List<JsonNode> answers = answers(REQUESTS, layout);

        assertThat(answers).hasSameSizeAs(expected);
        for (int i = 0; i < answers.size(); i++) {
            ClusterModel.same(answers.get(i), expected.get(i));
            assertThat(answers.get(i).path("prompt_tokens"))
                    .isEqualTo(expected.get(i).path("prompt_tokens"));
            assertThat(answers.get(i).path("nodes").asInt()).isEqualTo(nodes);
        }
    }

    private static List<JsonNode> answers(List<String> requests, String layout) throws IOException {
        Files.write(directory.resolve("batch.jsonl"), requests);
        List<String> words = new ArrayList<>(List.of("generate", "-m", "tiny.gguf", "--batch", "batch.jsonl"));
        words.addAll(List.of("-n", "24", "--ignore-eos", "--logprobs", "3", "--warm-up", "0"));
        words.addAll(List.of(layout.split(" ", -1)));
        TestConsole.Result result = new TestConsole(directory).run(words.toArray(String[]::new));
        assertThat(result.exitCode()).as(result.err()).isEqualTo(ExitCode.DONE);
        return result.out().lines().map(line -> Json.parse(line, "answer")).toList();
    }
}
