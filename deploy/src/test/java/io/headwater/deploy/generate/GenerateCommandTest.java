/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.generate;

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
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class GenerateCommandTest {
    @TempDir
    private Path directory;

    @BeforeEach
    void writeAModelOfThreeHeadGroups() throws IOException {
        TinyModel.create().heads(6, 3).contextLength(64).write(directory);
    }

    @Test
    void printsTheTextAndANoteOnStandardError() {
        TestConsole.Result result = run("-p", "the sea", "-n", "5");

        assertThat(result.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(result.out())
                .isEqualTo(json("-p", "the sea", "-n", "5").get("text").asText() + "\n");
        assertThat(result.err().lines()).singleElement().asString().contains("5 tokens", "ended by length");
    }

    @Test
    void jsonHasEveryFieldOfTheContract() {
        JsonNode answer = json("-p", "the sea", "-n", "4", "--logprobs", "2", "--ignore-eos");

        assertThat(answer.get("model").asText()).isEqualTo("tiny.gguf");
        assertThat(answer.get("nodes").asInt()).isEqualTo(1);
        assertThat(answer.get("epoch").asInt()).isEqualTo(1);
        assertThat(answer.get("tokens")).hasSize(4);
        assertThat(answer.get("finish_reason").asText()).isEqualTo("length");
        assertThat(answer.get("logprobs")).hasSize(4);
        JsonNode first = answer.get("logprobs").get(0);
        assertThat(first.get("token")).isEqualTo(answer.get("tokens").get(0));
        assertThat(first.get("top")).hasSize(2);
        assertThat(first.get("top").get(0).get(1).asDouble())
                .isEqualTo(first.get("logprob").asDouble());
        int cached = answer.get("prompt_tokens").size() + 3;
        assertThat(answer.get("kv").get("entries").toString())
                .isEqualTo("[[%1$d,%1$d,%1$d],[%1$d,%1$d,%1$d]]".formatted(cached));
        assertThat(answer.get("kv").fieldNames())
                .toIterable()
                .containsExactly(
                        "policy",
                        "policy_text",
                        "budget",
                        "entries",
                        "represented",
                        "bytes",
                        "bytes_scores",
                        "bytes_peak",
                        "bytes_full",
                        "compressions",
                        "budget_changes",
                        "repeats",
                        "rebasings");
        assertThat(answer.get("timings").fieldNames())
                .toIterable()
                .containsExactly(
                        "load_ms",
                        "prefill_ms",
                        "prefill_tokens",
                        "prefill_per_second",
                        "first_token_ms",
                        "decode_ms",
                        "decode_tokens",
                        "decode_per_second",
                        "exchange_ms",
                        "compression_ms",
                        "exchange_bytes");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--threads 1",
                "--threads 2",
                "--chunk 1",
                "--chunk 16 --threads 2",
                "--kernels scalar",
                "--kernels vector128"
            })
    void noLayoutChangesABit(String layout) {
        List<String> arguments = new ArrayList<>(
                List.of("-p", "to be or not to be, that is the question", "-n", "4", "--logprobs", "3"));
        JsonNode reference = json(arguments.toArray(String[]::new));
        arguments.addAll(List.of(layout.split(" ", -1)));

        JsonNode answer = json(arguments.toArray(String[]::new));

        assertThat(answer.get("tokens")).isEqualTo(reference.get("tokens"));
        assertThat(answer.get("logprobs")).isEqualTo(reference.get("logprobs"));
    }

    @Test
    void aSeedRepeatsItsAnswerAndAnotherGivesAnother() {
        JsonNode one = json("-p", "sea", "-n", "12", "--temperature", "2", "--seed", "7");
        JsonNode again = json("-p", "sea", "-n", "12", "--temperature", "2", "--seed", "7");
        JsonNode other = json("-p", "sea", "-n", "12", "--temperature", "2", "--seed", "8");

        assertThat(again.get("tokens")).isEqualTo(one.get("tokens"));
        assertThat(other.get("tokens")).isNotEqualTo(one.get("tokens"));
    }

    @Test
    void endsWithLengthWhereTheContextEnds() {
        JsonNode answer = json("-p", "the sea", "--ignore-eos", "--context", "20");

        assertThat(answer.get("finish_reason").asText()).isEqualTo("length");
        assertThat(answer.get("prompt_tokens").size() + answer.get("tokens").size())
                .isEqualTo(21); // the last token needs no place
    }

    @Test
    void aStopStringEndsTheTextBeforeItself() {
        String text =
                json("-p", "the sea", "-n", "20", "--ignore-eos").get("text").asText();
        String stop = text.substring(text.length() / 2, text.length() / 2 + 1);

        JsonNode answer = json("-p", "the sea", "-n", "20", "--ignore-eos", "--stop", stop);

        assertThat(answer.get("text").asText()).isEqualTo(text.substring(0, text.indexOf(stop)));
        assertThat(answer.get("finish_reason").asText()).isEqualTo("stop");
    }

    @Test
    void readsThePromptFromAFileAndFromStandardInput() throws IOException {
        Files.writeString(directory.resolve("prompt.txt"), "the sea\n");

        JsonNode file = json("-f", "prompt.txt", "-n", "2");
        TestConsole.Result input = new TestConsole(directory)
                .input("the sea\n")
                .run("generate", "-m", "tiny.gguf", "--json", "-n", "2", "-");

        assertThat(Json.parse(input.out(), "answer").get("prompt_tokens")).isEqualTo(file.get("prompt_tokens"));
        assertThat(file.get("prompt_tokens"))
                .isNotEqualTo(json("-p", "the sea", "-n", "2").get("prompt_tokens"));
    }

    @Test
    void chatWrapsThePromptByTheTemplate() {
        JsonNode answer = json("-p", "hi", "--chat", "-n", "1");

        assertThat(answer.get("prompt_tokens").get(0).asInt()).isEqualTo(1); // <|im_start|>
        assertThat(answer.get("prompt_tokens"))
                .isEqualTo(json("-p", "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n", "-n", "1")
                        .get("prompt_tokens"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "-p x -n 0 | number of tokens 0",
                "-p x -n x | 'x' is not an int",
                "-p x --temperature -1 | temperature=-1.0",
                "-p x --top-p 0 | top-p=0.0",
                "-p x --nodes 4 | --nodes 4: this model has 3 KV heads",
                "-p x --nodes 0 | --nodes 0",
                "-p x --threads -2 | --threads -2",
                "-p x --context 65 | context 65 exceeds the 64",
                "-p x --nodes 2 --capacity 1,-1 | capacity -1.0",
                "-p x --kv-policy emz | unknown KV policy",
                "-p x --kv-policy knorm:gama=1 | has no option",
                "-p x --kv-policy knorm --kv-budget -1 | --kv-budget -1: knorm protects",
                "-p x --kv-policy snapkv --kv-budget 20 | --kv-budget 20: snapkv protects 32 entries (sinks and window): give at least 33",
                "-p x -n 100 --kv-policy snapkv --kv-budget 40 | snapkv protects 32 entries (sinks and window), more than half of a context of 64",
                "-p x --kv-policy knorm --kv-interval 8 | --kv-interval 8: give at least 16",
                "-p x --kv-policy knorm --kv-prefill-limit few | --kv-prefill-limit few: give a number of tokens, or none",
                "-p x --kv-memory 4t | '4t' is no size: give bytes, as 200000000, 500m or 4g",
                "-p x --kv-memory 1m | --kv-memory 1048576: less than 2 MiB, too little for any session",
                "-p x --kv-memory 200m --join 127.0.0.1:1 | --kv-memory is for those who start nodes",
                "-p x --kv-budget 64 | without a policy everything is kept",
                "-p x --mtu 1408 --survivors oldest | --mtu is for clusters: give --nodes N or --join, or leave it out; --survivors is",
                "-p x --http 0 | --http is for clusters",
                "-p x --nodes 2 --http x | --http x: the port is no number",
                "-p x --nodes 2 --survivors oldest | --survivors: with --nodes the nodes end with the command",
                "-p x --nodes 2 --transport UDP --mtu 1000 | --mtu 1000: expected a multiple of 32",
                "-p x --join 127.0.0.1:1 --capacity 1 --crossover 4 | --crossover is for those who start nodes: with --join leave it out; --capacity is",
                "-p x --join 127.0.0.1:1 --http 0 --transport udp | --transport is for those who start nodes: with --join leave it out; --http is",
                "-p x --join 127.0.0.1:1 --nodes 2 | give one of them",
                "-p x --kv-type int3 | --kv-type int3",
                "-p x --kernels neon | --kernels neon",
                "-p x --no-such-flag | unknown option --no-such-flag",
                "-p x -f y | more than one prompt",
                "-f missing.txt | missing.txt: there is no such file",
                "-f . | . is a directory",
                "-f broken.txt | broken.txt is not UTF-8 text (byte 2)",
                "-f empty.txt | the prompt is empty",
                "-f long.txt | tokens, the context 64",
                "--chat | no prompt",
                "x | unexpected argument 'x'",
            })
    void badInputIsOneLineAndExitCodeTwo(String arguments, String message) throws IOException {
        Files.write(directory.resolve("broken.txt"), new byte[] {'a', 'b', (byte) 0xff, 'c'});
        Files.writeString(directory.resolve("empty.txt"), "");
        Files.writeString(directory.resolve("long.txt"), "xyz ".repeat(100));

        TestConsole.Result result = run(arguments.split(" ", -1));

        assertThat(result.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(result.out()).isEmpty();
        assertThat(result.err().lines()).singleElement().asString().contains(message);
    }

    @Test
    void aPolicyKeepsEveryHeadNearItsBudgetAndSaysSo() {
        TestConsole.Result result = run(
                "-p",
                "x",
                "-n",
                "50",
                "--ignore-eos",
                "--kv-policy",
                "knorm",
                "--kv-budget",
                "16",
                "--kv-interval",
                "16",
                "--json");

        assertThat(result.exitCode()).isEqualTo(ExitCode.DONE);
        JsonNode kv = Json.parse(result.out(), "answer").get("kv");
        assertThat(kv.get("policy").asText()).isEqualTo("knorm");
        assertThat(kv.get("budget").asInt()).isEqualTo(16);
        assertThat(kv.get("compressions").asInt()).isGreaterThanOrEqualTo(3);
        assertThat(kv.get("entries").get(0).get(0).asInt()).isBetween(16, 32);
        assertThat(kv.get("bytes_full").asLong()).isPositive();
    }

    @Test
    void aCompressedSessionGoesOnBeyondItsContextAfterAPromptThatIsLongerThanIt() throws IOException {
        Files.writeString(directory.resolve("long.txt"), "xyz ".repeat(40));

        TestConsole.Result result = run(
                "-f",
                directory.resolve("long.txt").toString(),
                "-n",
                "100",
                "--ignore-eos",
                "--kv-policy",
                "knorm",
                "--kv-budget",
                "16",
                "--kv-interval",
                "16",
                "--kv-prefill-limit",
                "32",
                "--json");

        assertThat(result.exitCode()).as(result.err()).isEqualTo(ExitCode.DONE);
        JsonNode answer = Json.parse(result.out(), "answer");
        int prompt = answer.get("prompt_tokens").size();
        assertThat(prompt).isGreaterThan(64);
        assertThat(answer.get("tokens")).hasSize(100);
        // the last token is not in the cache; positions start anew after 64 tokens, and then after each 32
        assertThat(answer.get("kv").get("rebasings").asInt()).isEqualTo(1 + (prompt + 99 - 64) / 32);
        assertThat(answer.get("kv").get("entries").get(0).get(0).asInt()).isBetween(16, 48);
    }

    @Test
    void aTruncatedModelIsOneLine() throws IOException {
        byte[] bytes = Files.readAllBytes(directory.resolve("tiny.gguf"));
        Files.write(directory.resolve("tiny.gguf"), java.util.Arrays.copyOf(bytes, bytes.length / 2));

        TestConsole.Result result = run("-p", "x");

        assertThat(result.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err().lines()).singleElement().asString().contains("tiny.gguf");
    }

    private TestConsole.Result run(String... arguments) {
        List<String> all = new ArrayList<>(List.of("generate", "-m", "tiny.gguf"));
        all.addAll(List.of(arguments));
        return new TestConsole(directory).run(all.toArray(String[]::new));
    }

    private JsonNode json(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--json");
        TestConsole.Result result = run(all.toArray(String[]::new));
        assertThat(result.err()).isEmpty();
        return Json.parse(result.out(), "answer");
    }
}
