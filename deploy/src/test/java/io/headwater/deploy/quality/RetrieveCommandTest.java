/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.quality;

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
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RetrieveCommandTest {
    private static final String CONTEXT = "the sea and the wind, ".repeat(6);

    @TempDir
    private static Path directory;

    @BeforeAll
    static void writeCasesAndAModel() throws IOException {
        TinyModel.create().contextLength(256).write(directory);
        String question = IntStream.rangeClosed('a', 'z')
                .mapToObj(letter -> "and the " + (char) letter)
                .filter(asked -> answer(CONTEXT + asked).matches("\\p{Graph}"))
                .findFirst()
                .orElseThrow();
        String right = answer(CONTEXT + question);
        String wrong = right.equals("!") ? "?" : "!";
        Files.write(
                directory.resolve("cases.jsonl"),
                List.of(
                        line("good", 20, question, right),
                        line("bad", 20, question, wrong),
                        line("other", 30, question, right)));
    }

    /** What the model says greedily after a prompt. */
    private static String answer(String prompt, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "generate", "-m", "tiny.gguf", "-p", prompt, "-n", "1", "--temperature", "0", "--ignore-eos", "-q"));
        arguments.addAll(List.of(more));
        return new TestConsole(directory)
                .run(arguments.toArray(String[]::new))
                .out()
                .replaceAll("\\R$", "");
    }

    private static String line(String id, int length, String question, String answer) {
        return Json.mapper()
                .createObjectNode()
                .put("id", id)
                .put("length", length)
                .put("prompt", CONTEXT + question)
                .put("context_chars", CONTEXT.length())
                .put("answer", answer)
                .toString();
    }

    private TestConsole.Result run(String arguments) {
        return new TestConsole(directory).run(("retrieve -m tiny.gguf -f cases.jsonl " + arguments).split(" "));
    }

    @ParameterizedTest
    @CsvSource({"inside", "after"})
    void countsWhatTheFullCacheAndRoomyCachesAnswerAsGenerateDoes(String form) {
        JsonNode result = Json.parse(
                run("--form " + form + " --kv-policy ems:window=4 --kv-policy keydiff --kv-budget 200 --json")
                        .out(),
                "retrieve");

        assertThat(result.get("form").asText()).isEqualTo(form);
        assertThat(result.get("cases")).hasSize(3);
        for (JsonNode variant : result.get("results")) {
            assertThat(variant.get("tried").asInt()).isEqualTo(3);
            assertThat(variant.get("answers").get(0).asBoolean())
                    .as(variant.get("policy").asText())
                    .isTrue();
            assertThat(variant.get("answers").get(1).asBoolean()).isFalse();
        }
    }

    /** The last layer reads 16 tokens of the prompt. */
    @Test
    void aCacheThatIsReadByStagesAnswersAsGenerateDoes() throws IOException {
        String policy = "uncomp:allocation=uniform,window=4,stages=on/2/1x16";
        String question = IntStream.rangeClosed('a', 'z')
                .mapToObj(letter -> "and the " + (char) letter)
                .filter(asked -> staged(asked, policy).matches("\\p{Graph}"))
                .findFirst()
                .orElseThrow();
        String right = staged(question, policy);
        Files.write(
                directory.resolve("staged.jsonl"),
                List.of(line("good", 20, question, right), line("bad", 20, question, right.equals("!") ? "?" : "!")));

        JsonNode result = Json.parse(
                new TestConsole(directory)
                        .run(
                                "retrieve",
                                "-m",
                                "tiny.gguf",
                                "-f",
                                "staged.jsonl",
                                "--kv-policy",
                                policy,
                                "--kv-budget",
                                "200",
                                "--json")
                        .out(),
                "retrieve");

        JsonNode answers = result.get("results").get(1).get("answers");
        assertThat(answers.get(0).asBoolean()).isTrue();
        assertThat(answers.get(1).asBoolean()).isFalse();
    }

    private static String staged(String question, String policy) {
        return answer(CONTEXT + question, "--kv-policy", policy, "--kv-budget", "200");
    }

    /** More than two contexts, which begin alike. */
    @Test
    void casesThatAreLongerThanTheContextAreReadAsGenerateReadsThem() throws IOException {
        String text = "the sea and the wind, ".repeat(30);
        String[] policy = {"--kv-policy", "keydiff", "--kv-budget", "48", "--kv-prefill-limit", "64"};
        List<String> prompts = IntStream.rangeClosed('a', 'z')
                .mapToObj(letter -> text + "and the " + (char) letter)
                .filter(prompt -> answer(prompt, policy).matches("\\p{Graph}"))
                .limit(2)
                .toList();
        String right = answer(prompts.get(0), policy);
        String other = answer(prompts.get(1), policy);
        Files.write(
                directory.resolve("long.jsonl"),
                List.of(
                        line("good", prompts.get(0), right),
                        line("bad", prompts.get(0), right.equals("!") ? "?" : "!"),
                        line("other", prompts.get(1), other)));
        List<String> arguments = new ArrayList<>(List.of("retrieve", "-m", "tiny.gguf", "-f", "long.jsonl", "--json"));
        arguments.addAll(List.of(policy));

        TestConsole.Result run = new TestConsole(directory).run(arguments.toArray(String[]::new));

        JsonNode results = Json.parse(run.out(), "retrieve").get("results");
        assertThat(run.err()).isEmpty();
        assertThat(results.get(0).get("tried").asInt()).as("the full cache").isZero();
        assertThat(results.get(1).get("answers"))
                .extracting(JsonNode::asBoolean)
                .containsExactly(true, false, true);
    }

    private static String line(String id, String prompt, String answer) {
        return Json.mapper()
                .createObjectNode()
                .put("id", id)
                .put("prompt", prompt)
                .put("context_chars", prompt.length())
                .put("answer", answer)
                .toString();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--kv-policy none --kv-budget 48 | a full cache cannot hold it",
                "--kv-policy knorm --keep 0.5 | case long is longer than the context of 256: give --kv-budget",
                "--kv-policy knorm --kv-budget 48 --form after | such cases are asked with --form inside",
                "--kv-policy knorm --kv-budget 48 --kv-prefill-limit 0 | --kv-prefill limit 0: give at least 1"
            })
    void refusesInOneLineWhatLongCasesCannotBeAsked(String more, String sentence) throws IOException {
        Files.write(directory.resolve("long.jsonl"), List.of(line("long", CONTEXT.repeat(5), "a")));

        TestConsole.Result result =
                new TestConsole(directory).run(("retrieve -m tiny.gguf -f long.jsonl " + more).split(" "));

        assertThat(result.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err()).contains(sentence);
        assertThat(result.err().strip().lines()).hasSize(1);
    }

    @Test
    void showsATableForEachLengthAndComparesCaseByCase() {
        TestConsole.Result result =
                run("--kv-policy streaming-llm --kv-policy knorm --keep 0.5,0.01 --against streaming-llm");

        assertThat(result.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(result.out())
                .startsWith("right answers, the question inside the compressed prompt")
                .contains("20 tokens (2 cases)", "30 tokens (1 cases)", "none", "streaming-llm", "cases won and lost")
                .contains("–"); // a hundredth of the tokens is less than streaming-llm's sinks
    }

    @Test
    void takesTheFirstCasesOfSomeLengths() {
        JsonNode result =
                Json.parse(run("--length 20 --cases 1 --kv-policy knorm --json").out(), "retrieve");

        assertThat(result.get("cases")).hasSize(1);
        assertThat(result.get("cases").get(0).asText()).isEqualTo("good");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--kv-budget 20 | nothing to compare",
                "--kv-policy snapkv --kv-budget 20 | protects 32 entries",
                "--kv-policy knorm --kv-budget 20 --keep 0.5 | --kv-budget and --keep",
                "--kv-policy knorm --keep 1.5 | above 0, at most 1",
                "--kv-policy knorm --kv-policy knorm | is given twice",
                "--kv-policy knorm --against ems | is none of the policies",
                "--kv-policy knorm --length 7 | has no such cases",
                "--kv-policy knorm --form before | give inside or after",
                "--kv-policy norm | unknown KV policy",
                "--kv-policy uncomp:allocation=uniform,stages=on | needs a calibration",
                "--kv-policy knorm --nodes 2 | leave out --nodes"
            })
    void refusesInOneLineWhatCannotBeMeasured(String arguments, String sentence) {
        TestConsole.Result result = run(arguments);

        assertThat(result.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err()).contains(sentence);
        assertThat(result.err().strip().lines()).hasSize(1);
    }

    @Test
    void aCaseWithoutAQuestionIsRefused() {
        TestConsole console = new TestConsole(directory).input("{\"prompt\":\"a\",\"answer\":\"b\"}\n");

        assertThat(console.run("retrieve", "-m", "tiny.gguf", "-f", "-", "--kv-policy", "knorm")
                        .err())
                .contains("context_chars");
    }
}
