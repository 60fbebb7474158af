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
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ScoreCommandTest {
    /** From golden/smollm2/logits.json, an f32 run. */
    private static final List<Double> CAPITAL = List.of(-11.539297, -0.337616, -2.438665, -0.450952);

    @TempDir
    private Path directory;

    @BeforeEach
    void writeATextAndAModel() throws IOException {
        TinyModel.create().contextLength(64).write(directory);
        Files.writeString(directory.resolve("text.txt"), "The capital of France is");
    }

    @Test
    void theFirstTokenHasNoLogProbabilityAndTwentyFollowTheLast() {
        JsonNode score = Json.parse(
                run("score", "-m", "tiny.gguf", "-f", "text.txt", "--json").out(), "answer");

        int tokens = score.get("tokens").size();
        assertThat(score.get("logprobs")).hasSize(tokens);
        assertThat(score.get("logprobs").get(0).isNull()).isTrue();
        for (int i = 1; i < tokens; i++) {
            assertThat(score.get("logprobs").get(i).asDouble()).isNegative();
        }
        assertThat(score.get("top")).hasSize(20);
        for (int rank = 1; rank < 20; rank++) {
            assertThat(score.get("top").get(rank).get(1).asDouble())
                    .isLessThanOrEqualTo(score.get("top").get(rank - 1).get(1).asDouble());
        }
    }

    @Test
    void agreesWithTheReferenceOnTheRealModel() {
        JsonNode score = Json.parse(
                run("score", "-m", RealModel.require().toString(), "-f", "text.txt", "--json")
                        .out(),
                "answer");

        assertThat(score.get("tokens").toString()).isEqualTo("[504,3575,282,4649,314]");
        for (int i = 0; i < CAPITAL.size(); i++) {
            assertThat(score.get("logprobs").get(i + 1).asDouble()).isCloseTo(CAPITAL.get(i), within(0.2));
        }
        assertThat(score.get("top").get(0).get(0).asInt()).isEqualTo(7042); // Paris
        assertThat(score.get("top").get(0).get(1).asDouble()).isCloseTo(17.371, within(0.5));
    }

    @Test
    void aPersonSeesALinePerToken() {
        TestConsole.Result result = run("score", "-m", "tiny.gguf", "-f", "text.txt");

        assertThat(result.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(result.out()).contains("log-probability", "'T'", "perplexity", "next");
        assertThat(result.err()).isEmpty();
    }

    @Test
    void batchScoresTextsAndTokens() {
        TestConsole console = new TestConsole(directory).input("""
                {"id":1,"text":"The capital of France is"}
                {"id":2,"text":""}
                {"id":3,"tokens":[80,81]}
                {"id":4,"tokens":[80,81],"n":3}
                """);

        TestConsole.Result result = console.run("score", "-m", "tiny.gguf", "--batch", "-");

        List<JsonNode> answers =
                result.out().lines().map(line -> Json.parse(line, "answer")).toList();
        JsonNode alone = Json.parse(
                run("score", "-m", "tiny.gguf", "-f", "text.txt", "--json").out(), "answer");
        assertThat(result.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(answers.get(0).get("id").asInt()).isEqualTo(1);
        assertThat(answers.get(0).get("logprobs")).isEqualTo(alone.get("logprobs"));
        assertThat(answers.get(0).get("top")).isEqualTo(alone.get("top"));
        assertThat(answers.get(1).get("error").asText()).contains("empty");
        assertThat(answers.get(2).get("logprobs")).hasSize(2);
        assertThat(answers.get(3).get("error").asText()).contains("unknown field \"n\"");
    }

    @Test
    void withoutATextItSaysWhatToGive() {
        TestConsole.Result result = run("score", "-m", "tiny.gguf");

        assertThat(result.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err().lines()).singleElement().asString().contains("-f FILE");
    }

    private TestConsole.Result run(String... arguments) {
        return new TestConsole(directory).run(arguments);
    }
}
