/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.deploy.cli.ExitCode;
import io.headwater.deploy.cli.TestConsole;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DatabaseFlagsTest {
    @TempDir
    private Path directory;

    private TestConsole.Result serve(String... more) {
        String[] words = new String[more.length + 3];
        words[0] = "serve";
        words[1] = "--data";
        words[2] = "data";
        System.arraycopy(more, 0, words, 3, more.length);
        return new TestConsole(directory).run(words);
    }

    @Test
    void aDatabaseThatCannotBeUsedIsSaidInOneLineBeforeAnythingIsLoaded() {
        TestConsole.Result wrong = serve("--database", "postgres://u:secret@host/db");
        assertThat(wrong.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(wrong.err().lines())
                .singleElement()
                .asString()
                .contains("--database: this is no JDBC URL of PostgreSQL: give one as jdbc:postgresql://")
                .doesNotContain("secret");

        TestConsole.Result refused = serve("--database", "jdbc:postgresql://127.0.0.1:1/x?password=secret");
        assertThat(refused.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(refused.err().lines())
                .singleElement()
                .asString()
                .contains("the token log in jdbc:postgresql://127.0.0.1:1/x cannot be opened: Connection to ")
                .doesNotContain("secret");
    }

    @Test
    void aLeaseThatIsTooShortOrForNobodyIsRefused() {
        TestConsole.Result tooShort = serve("--database", "jdbc:postgresql://127.0.0.1:1/x", "--lease", "200ms");

        assertThat(tooShort.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(tooShort.err()).contains("--lease 200ms: give at least 1s");
        TestConsole.Result alone = serve("--lease", "5s");
        assertThat(alone.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(alone.err()).contains("--lease is for servers that share a database");
    }
}
