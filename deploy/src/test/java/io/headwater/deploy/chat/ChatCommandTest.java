/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.chat;

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

final class ChatCommandTest {
    @TempDir
    private Path directory;

    @BeforeEach
    void writeAModel() throws IOException {
        TinyModel.create().write(directory);
    }

    @Test
    void savesWhatWasSaid() throws IOException {
        TestConsole.Result result = chat("hello\n/save chat.json\n/quit\nnever read\n");

        assertThat(result.exitCode()).as(result.err()).isEqualTo(ExitCode.DONE);
        JsonNode saved = Json.parse(Files.readString(directory.resolve("chat.json")), "chat.json");
        assertThat(saved).hasSize(2);
        assertThat(saved.get(0).toString()).isEqualTo("{\"role\":\"user\",\"content\":\"hello\"}");
        assertThat(result.out()).isEqualTo(saved.get(1).get("content").asText() + "\n");
        assertThat(directory).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void clearForgets() {
        TestConsole.Result result = chat("hello\n/clear\n/stats\n");

        assertThat(result.out()).contains("0 of 256 tokens of context");
        assertThat(result.err()).contains("forgotten");
    }

    @Test
    void mistakesAreLinesAndTheChatGoesOn() {
        TestConsole.Result result = chat("/nonsense\n/save\n/save none/there.json\n/help\n");

        assertThat(result.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(result.err().lines()).hasSize(3);
        assertThat(result.err())
                .contains("unknown command /nonsense", "/save needs a file name", "none/there.json cannot be written");
        assertThat(result.out()).contains("/clear", "Ctrl-C stops the answer");
    }

    @Test
    void badOptionsEndItBeforeItBegins() {
        TestConsole.Result result = chat("hello\n", "--top-p", "2");

        assertThat(result.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err().lines()).singleElement().asString().contains("top-p");
    }

    private TestConsole.Result chat(String input, String... more) {
        List<String> arguments = new ArrayList<>(List.of("chat", "-m", "tiny.gguf", "-n", "4"));
        arguments.addAll(List.of(more));
        return new TestConsole(directory).input(input).run(arguments.toArray(String[]::new));
    }
}
