/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.deploy.cli.ExitCode;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.TestConsole;
import io.headwater.testing.RealModel;
import io.headwater.testing.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PerplexityCommandTest {
    /** A text of golden/smollm2/logits.json. */
    private static final String LIGHTHOUSE =
            "The old lighthouse keeper climbed the stairs every evening at dusk. He carried a can of oil, a cloth and"
                    + " a small brass key. From the top he could see the whole bay, the fishing boats coming home, and the"
                    + " lights of the village one by one. ";
    /** Mean nll by the f32 reference of tokens 26 to 49, the second half of the first window of 50. With 8-bit activations single
     * log-probabilities differ by up to 0.47, rms 0.18 (golden/README.md): the mean of 24 by less than 0.08. */
    private static final double REFERENCE_NLL = 82.562786 / 24;

    @TempDir
    private Path directory;

    @BeforeEach
    void writeATextAndAModel() throws IOException {
        TinyModel.create().contextLength(64).write(directory);
        Files.writeString(directory.resolve("text.txt"), "the sea and the wind, ".repeat(3));
        Files.writeString(directory.resolve("long.txt"), "the sea and the wind, ".repeat(50));
        Files.writeString(directory.resolve("lighthouse.txt"), LIGHTHOUSE + LIGHTHOUSE + "One night");
    }

    @Test
    void agreesWithTheReferenceOnTheRealModel() {
        JsonNode result = json(RealModel.require().toString(), "-f lighthouse.txt --window 50 --windows 1");

        assertThat(result.get("tokens").asInt()).isEqualTo(24);
        assertThat(result.get("nll").asDouble()).isCloseTo(REFERENCE_NLL, within(0.08));
    }

    @Test
    void comparesCompressedHalvesWithTheFullCache() {
        JsonNode full = json("tiny.gguf", "-f long.txt --window 60 --windows 2");
        JsonNode compared = json(
                "tiny.gguf",
                "-f long.txt --window 60 --windows 2 --compress-half --kv-policy keydiff --kv-policy ems:window=4"
                        + " --kv-budget 60,12");

        List<JsonNode> results = new ArrayList<>();
        compared.get("results").forEach(results::add);
        assertThat(results).hasSize(5);
        for (int roomy : new int[] {0, 1, 3}) {
            assertThat(results.get(roomy).get("perplexity").asDouble())
                    .as(results.get(roomy).get("policy").asText())
                    .isEqualTo(full.get("perplexity").asDouble());
        }
        for (int tight : new int[] {2, 4}) {
            assertThat(results.get(tight).get("ratio").asDouble()).isPositive().isNotEqualTo(1.0);
            assertThat(results.get(tight).get("per_window")).hasSize(2);
        }
    }

    @Test
    void scoresTheSecondHalfOfEachWindowAsScoreDoes() {
        JsonNode result = json("tiny.gguf", "-f text.txt --window 10 --windows 2");
        JsonNode tokens = Json.parse(
                        new TestConsole(directory)
                                .run("score", "-m", "tiny.gguf", "-f", "text.txt", "--json")
                                .out(),
                        "score")
                .get("tokens");

        List<Double> means = new ArrayList<>();
        for (int from = 0; from < 20; from += 10) {
            means.add(meanOfTokens6To9(tokens, from));
        }
        assertThat(result.get("windows").asInt()).isEqualTo(2);
        assertThat(result.get("tokens").asInt()).isEqualTo(8);
        assertThat(result.get("per_window")).hasSize(2);
        for (int k = 0; k < 2; k++) {
            assertThat(result.get("per_window").get(k).asDouble()).isCloseTo(means.get(k), within(1e-12));
        }
        assertThat(result.get("perplexity").asDouble())
                .isCloseTo(Math.exp(result.get("nll").asDouble()), within(1e-9));
        assertThat(result.get("standard_error").asDouble()).isPositive();
    }

    private double meanOfTokens6To9(JsonNode tokens, int from) {
        List<Integer> window = new ArrayList<>();
        for (int i = from; i < from + 10; i++) {
            window.add(tokens.get(i).asInt());
        }
        TestConsole console = new TestConsole(directory).input("{\"id\":1,\"tokens\":" + window + "}");
        JsonNode score = Json.parse(
                console.run("score", "-m", "tiny.gguf", "--batch", "-").out(), "score");
        double sum = 0;
        for (int i = 6; i < 10; i++) {
            sum -= score.get("logprobs").get(i).asDouble();
        }
        return sum / 4;
    }

    @Test
    void aStreamScoresEveryTokenButTheFirst() {
        JsonNode result = json("tiny.gguf", "-f text.txt --window 16 --stream --windows 3");
        JsonNode chunked =
                json("tiny.gguf", "-f text.txt --window 16 --stream --windows 3 --chunk 1 --nodes 2 --warm-up 0");

        assertThat(result.get("tokens").asInt()).isEqualTo(47);
        assertThat(result.get("per_window")).hasSize(3);
        assertThat(chunked).isEqualTo(result);
    }

    @ParameterizedTest
    @CsvSource({
        "-f text.txt --window 2, give at least 4",
        "-f text.txt --window 10 --windows 0, give at least 1",
        "-f text.txt --window 65, exceeds the context of 64",
        "-f none.txt, there is no such file",
        "-f long.txt --stream, score fewer stretches",
        "--window 8, --file"
    })
    void badInputIsOneLine(String arguments, String message) {
        TestConsole.Result result = run("tiny.gguf", arguments);

        assertThat(result.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err().lines()).singleElement().asString().contains(message);
    }

    private JsonNode json(String model, String arguments) {
        TestConsole.Result result = run(model, arguments + " --json");
        assertThat(result.exitCode()).as(result.err()).isEqualTo(ExitCode.DONE);
        return Json.parse(result.out(), "result");
    }

    private TestConsole.Result run(String model, String arguments) {
        List<String> all = new ArrayList<>(List.of("perplexity", "-m", model));
        all.addAll(List.of(arguments.split(" ", -1)));
        return new TestConsole(directory).run(all.toArray(String[]::new));
    }
}
