/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PullCommandTest {
    @TempDir
    private Path directory;

    @Test
    void aPathIsItsOwnModel() throws IOException {
        Files.writeString(directory.resolve("mine.gguf"), "GGUF");

        TestConsole.Result result = new TestConsole(directory).run("pull", "mine.gguf");

        assertThat(result.out()).isEqualTo(directory.resolve("mine.gguf") + "\n");
    }

    @Test
    void listsTheModelsAtHand() throws IOException {
        Files.createDirectories(directory.resolve("models/owner/repo"));
        Files.writeString(directory.resolve("models/owner/repo/x.gguf"), "GGUF");
        Files.writeString(directory.resolve("models/half.gguf.part"), "GG");

        TestConsole.Result result = new TestConsole(directory).run("models", "--json");

        assertThat(result.out())
                .isEqualTo("[{\"name\":\"owner/repo/x.gguf\",\"path\":\"%s\",\"bytes\":4}]\n"
                        .formatted(directory.resolve("models/owner/repo/x.gguf")));
    }

    @Test
    void anEmptyStoreSaysHowToFillIt() {
        TestConsole.Result result = new TestConsole(directory).run("models");

        assertThat(result.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).contains("headwater pull");
    }

    @Test
    void verboseShowsTheCauseOfAnError() {
        assertThat(new TestConsole(directory).run("pull", "absent").err().lines())
                .hasSize(1);
        assertThat(new TestConsole(directory).run("pull", "absent", "-v").err()).contains("\tat io.headwater");
    }

    @Test
    void suggestsTheCommandThatWasMeant() {
        TestConsole.Result result = new TestConsole(directory).run("pul");

        assertThat(result.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err().lines())
                .singleElement()
                .asString()
                .contains("unknown command 'pul', did you mean pull");
    }
}
