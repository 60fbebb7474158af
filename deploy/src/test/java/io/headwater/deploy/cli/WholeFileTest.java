/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WholeFileTest {
    @TempDir
    private Path directory;

    @Test
    void theTextIsTheFileAndNothingLiesBesideIt() throws IOException {
        Path file = directory.resolve("a.json");
        Files.writeString(
                directory.resolve("a.json.part"), "left by a process that was killed, and longer than the text");

        WholeFile.write(file, "dünn\n");

        assertThat(file).hasContent("dünn\n");
        assertThat(directory).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void whoHasTheOldFileOpenReadsAllOfIt() throws IOException {
        Path file = Files.writeString(directory.resolve("a.json"), "old");
        Path opened = Files.createLink(directory.resolve("opened"), file); // the same file, whatever its name is

        WholeFile.write(file, "new");

        assertThat(file).hasContent("new");
        assertThat(opened).hasContent("old");
    }

    @Test
    void aTextThatHasNoUtf8LeavesTheFileAsItWas() throws IOException {
        Path file = Files.writeString(directory.resolve("a.json"), "old");

        assertThatThrownBy(() -> WholeFile.write(file, "half a pair: \ud83d"))
                .isInstanceOf(CharacterCodingException.class);

        assertThat(file).hasContent("old");
        assertThat(directory).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void whatCannotGetItsNameIsRemoved() throws IOException {
        Path folder = Files.createDirectory(directory.resolve("a.json"));
        Path inside = Files.writeString(folder.resolve("b"), "b");

        assertThatThrownBy(() -> WholeFile.write(folder, "new")).isInstanceOf(FileSystemException.class);

        assertThat(inside).hasContent("b");
        assertThat(directory).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void aFolderThatIsNotThereIsNamed() {
        Path file = directory.resolve("none/a.json");

        assertThatThrownBy(() -> WholeFile.write(file, "new")).hasMessageContaining("none");
    }
}
