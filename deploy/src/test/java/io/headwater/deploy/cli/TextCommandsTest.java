/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.testing.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** tokenize, detokenize and template on a file without weights. */
final class TextCommandsTest {
    private static final String TEMPLATE =
            "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}{% if tools %}T{{ tools | length }}{% endif %}{% if add_generation_prompt %}[assistant]{% endif %}";

    @TempDir
    private Path directory;

    @BeforeEach
    void writeVocabulary() throws IOException {
        TinyModel.create()
                .vocabularyOnly()
                .string("tokenizer.chat_template", TEMPLATE)
                .write(directory.resolve("vocabulary.gguf"));
    }

    @Test
    void detokenizingTheIdsGivesTheTextAgain() {
        JsonNode ids = Json.parse(
                        run("tokenize", "-m", "vocabulary.gguf", "--json", "héllo  wörld")
                                .out(),
                        "out")
                .path("ids");
        String list = ids.toString().replaceAll("[\\[\\]]", "");

        TestConsole.Result back = run("detokenize", "-m", "vocabulary.gguf", "--json", list);

        assertThat(ids.size()).isPositive();
        assertThat(back.out()).isEqualTo("{\"text\":\"héllo  wörld\"}\n");
    }

    @Test
    void printsIdsAsAListAndTokensOnLines() {
        assertThat(run("tokenize", "-m", "vocabulary.gguf", "--ids", "a").out()).matches("\\[\\d+]\n");
        assertThat(run("tokenize", "-m", "vocabulary.gguf", "a").out()).matches(" +\\d+ -> 'a'\n");
    }

    @Test
    void anIdOutsideTheVocabularyIsOneLine() {
        TestConsole.Result result = run("detokenize", "-m", "vocabulary.gguf", "123456789");

        assertThat(result.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err().lines())
                .singleElement()
                .asString()
                .contains("token 123456789 is not in the vocabulary");
    }

    @Test
    void answersABatchInOrderAndReportsItsBadLines() throws IOException {
        Files.writeString(directory.resolve("batch.jsonl"), """
                {"id":1,"text":"a"}
                {"id":"two","text":7}
                {"id":3

                {"id":4,"text":"b","special":true}
                """);

        TestConsole.Result result = run("tokenize", "-m", "vocabulary.gguf", "--batch", "batch.jsonl");

        assertThat(result.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(result.out().lines().map(line -> Json.parse(line, "line")))
                .satisfiesExactly(
                        first -> assertThat(first.path("ids").size()).isEqualTo(1),
                        second -> assertThat(second.toString())
                                .isEqualTo("{\"id\":\"two\",\"error\":\"\\\"text\\\" must be a string\"}"),
                        third -> assertThat(third.path("error").textValue()).contains("not JSON"),
                        last -> assertThat(last.path("id").intValue()).isEqualTo(4));
    }

    @Test
    void rendersMessagesToTheLastCharacter() {
        TestConsole.Result result = new TestConsole(directory)
                .input("[{\"role\":\"user\",\"content\":\"hé\"}]")
                .run("template", "-m", "vocabulary.gguf", "--messages", "-");

        assertThat(result.err()).isEmpty();
        assertThat(result.out()).isEqualTo("[user]hé[assistant]");
    }

    @Test
    void takesToolsAnotherTemplateAndNoGenerationPrompt() throws IOException {
        Files.writeString(directory.resolve("m.json"), "[{\"role\":\"user\",\"content\":\"x\"}]");
        Files.writeString(directory.resolve("t.json"), "[{\"name\":\"a\"},{\"name\":\"b\"}]");
        Files.writeString(directory.resolve("t.jinja"), "{{ messages[0].content }}!");

        assertThat(run(
                                "template",
                                "-m",
                                "vocabulary.gguf",
                                "--messages",
                                "m.json",
                                "--tools",
                                "t.json",
                                "--no-generation-prompt",
                                "--json")
                        .out())
                .isEqualTo("{\"prompt\":\"[user]xT2\"}\n");
        assertThat(run("template", "-m", "vocabulary.gguf", "--messages", "m.json", "--template", "t.jinja")
                        .out())
                .isEqualTo("x!");
    }

    @Test
    void rendersABatch() {
        TestConsole.Result result = new TestConsole(directory)
                .input(
                        "{\"id\":1,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"add_generation_prompt\":false}\n{\"id\":2,\"messages\":{}}\n")
                .run("template", "-m", "vocabulary.gguf", "--batch", "-");

        assertThat(result.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(result.out().lines()).first().isEqualTo("{\"id\":1,\"prompt\":\"[user]x\"}");
        assertThat(result.out().lines()).last().asString().contains("must be a list");
    }

    @Test
    void aBrokenTemplateNamesItsLine() throws IOException {
        Files.writeString(directory.resolve("t.jinja"), "\n{% frobnicate %}");

        TestConsole.Result result = new TestConsole(directory)
                .input("[]")
                .run("template", "-m", "vocabulary.gguf", "--messages", "-", "--template", "t.jinja");

        assertThat(result.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err().lines()).singleElement().asString().contains("line 2");
    }

    private TestConsole.Result run(String... args) {
        return new TestConsole(directory).run(args);
    }
}
