/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PipTest {
    @TempDir
    private Path directory;

    @Test
    void takesTheFirstPipThatWorks() throws Exception {
        Path pip = script("echo \"$@\" > '" + directory.resolve("arguments") + "'");

        new Pip(List.of(List.of(directory.resolve("absent").toString()), List.of("sh", pip.toString())))
                .fetch("small==1", directory);

        assertThat(directory.resolve("arguments"))
                .content()
                .contains("download")
                .contains("small==1");
    }

    @Test
    void reportsPipsLastError() throws Exception {
        Path pip = script("echo 'ERROR: one'; echo 'ERROR: No matching distribution'; echo hint; exit 1");

        assertThatThrownBy(() -> new Pip(List.of(List.of("sh", pip.toString()))).fetch("small==1", directory))
                .isInstanceOf(SourceException.class)
                .hasMessage("ERROR: No matching distribution (pip download small==1)");
    }

    private Path script(String body) throws IOException {
        return Files.writeString(directory.resolve("pip"), body + "\n");
    }
}
