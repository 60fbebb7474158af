/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CliTest {
    @TempDir
    private Path directory;

    @Test
    void showsHelpOnStandardOutput() {
        TestConsole.Result result = new TestConsole(directory).run("--help");

        assertThat(result.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(result.out()).startsWith("Usage: headwater");
        assertThat(result.err()).isEmpty();
    }

    @Test
    void withoutACommandItShowsUsageAsAnError() {
        TestConsole.Result result = new TestConsole(directory).run();

        assertThat(result.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).startsWith("Usage: headwater");
    }

    @Test
    void anUnknownOptionIsOneLine() {
        TestConsole.Result result = new TestConsole(directory).run("--no-such-thing");

        assertThat(result.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err().lines()).singleElement().asString().contains("unknown option --no-such-thing");
    }
}
