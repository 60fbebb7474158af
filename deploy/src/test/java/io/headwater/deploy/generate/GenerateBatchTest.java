/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.generate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.deploy.cli.ExitCode;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.TestConsole;
import io.headwater.testing.TinyModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GenerateBatchTest {
    @TempDir
    private Path directory;

    @BeforeEach
    void writeAModel() throws IOException {
        TinyModel.create().contextLength(64).write(directory);
    }

    @Test
    void answersEachLineInOrderAsTheCommandWould() {
        TestConsole.Result result = batch("""
                {"id":"a","prompt":"the sea","n":3,"logprobs":1}

                {"id":2,"messages":[{"role":"user","content":"hi"}],"n":2}
                {"id":[3],"tokens":[80,81,82],"temperature":1.5,"seed":4,"stop":["q","zz"],"kv-policy":"none"}
                """);

        assertThat(result.exitCode()).isEqualTo(ExitCode.DONE);
        List<JsonNode> answers =
                result.out().lines().map(line -> Json.parse(line, "answer")).toList();
        assertThat(answers).extracting(answer -> answer.get("id").toString()).containsExactly("\"a\"", "2", "[3]");
        JsonNode alone = Json.parse(
                run("", "-p", "the sea", "-n", "3", "--logprobs", "1", "--json").out(), "answer");
        assertThat(answers.get(0).get("tokens")).isEqualTo(alone.get("tokens"));
        assertThat(answers.get(0).get("logprobs")).isEqualTo(alone.get("logprobs"));
        assertThat(answers.get(1).get("prompt_tokens").get(0).asInt()).isEqualTo(1);
        assertThat(answers.get(1).get("tokens")).hasSize(2);
        assertThat(answers.get(2).get("prompt_tokens").toString()).isEqualTo("[80,81,82]");
    }

    @Test
    void manyLinesDecodedTogetherAnswerAsEachAlone() {
        StringBuilder lines = new StringBuilder();
        for (int id = 0; id < 50; id++) {
            lines.append("{\"id\":%d,\"prompt\":\"%s\",\"n\":%d,\"temperature\":1.2,\"seed\":%d}%n"
                    .formatted(id, "sea ".repeat(1 + id % 7), 1 + id % 20, id));
        }
        TestConsole.Result result = batch(lines.toString());

        List<JsonNode> answers =
                result.out().lines().map(line -> Json.parse(line, "answer")).toList();
        assertThat(answers)
                .extracting(answer -> answer.get("id").asInt())
                .isSorted()
                .hasSize(50);
        for (int id : new int[] {0, 13, 31, 33, 49}) {
            JsonNode alone = Json.parse(
                    batch(lines.toString().lines().skip(id).findFirst().orElseThrow())
                            .out(),
                    "answer");
            assertThat(answers.get(id).get("tokens")).isEqualTo(alone.get("tokens"));
            assertThat(answers.get(id).get("text")).isEqualTo(alone.get("text"));
        }
    }

    @Test
    void aBadLineIsAnErrorOfItsOwn() {
        TestConsole.Result result = batch("""
                {"id":1,"prompt":"x","n":0}
                {"id":2,"prompt":"x","no-such-option":1}
                {"id":3,"prompt":"x","kv-policy":"emz"}
                {"id":4}
                {"id":5,"prompt":""}
                {"id":6,"tokens":[99999]}
                {"id":7,"tokens":"x"}
                {"id":8,"messages":[]}
                {"id":9,"prompt":"x","temperature":"warm"}
                no JSON
                {"id":11,"prompt":"x","n":2,"ignore-eos":true}
                """);

        assertThat(result.exitCode()).isEqualTo(ExitCode.FAILED);
        List<JsonNode> answers =
                result.out().lines().map(line -> Json.parse(line, "answer")).toList();
        assertThat(answers).hasSize(11);
        assertThat(answers.subList(0, 10))
                .allMatch(answer -> answer.get("error").isTextual());
        assertThat(answers.subList(0, 9))
                .extracting(answer -> answer.get("id").asInt())
                .containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(answers.get(10).get("tokens")).hasSize(2);
        assertThat(result.err()).isEmpty();
    }

    @Test
    void optionsOfTheCommandHoldWhereALineSaysNothing() {
        TestConsole.Result result = run("{\"id\":1,\"prompt\":\"x\"}\n", "--batch", "-", "-n", "2", "--ignore-eos");

        assertThat(Json.parse(result.out(), "answer").get("tokens")).hasSize(2);
    }

    private TestConsole.Result batch(String lines) {
        return run(lines, "--batch", "-");
    }

    private TestConsole.Result run(String input, String... arguments) {
        String[] all = new String[arguments.length + 3];
        all[0] = "generate";
        all[1] = "-m";
        all[2] = "tiny.gguf";
        System.arraycopy(arguments, 0, all, 3, arguments.length);
        return new TestConsole(directory).input(input).run(all);
    }
}
