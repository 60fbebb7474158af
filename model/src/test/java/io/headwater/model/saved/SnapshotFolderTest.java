/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.saved;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.model.shard.UnitRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SnapshotFolderTest {
    private static final String NAME = "12-0123456789abcdef0123456789abcdef.kv";

    @TempDir
    private Path root;

    private Path file(String session, String name, Duration age) throws IOException {
        Path path = Files.createDirectories(root.resolve(session)).resolve(name);
        Files.write(path, new byte[10]);
        return Files.setLastModifiedTime(path, FileTime.from(Instant.now().minus(age)));
    }

    @Test
    void whatAKilledProcessLeftHalfWrittenGoesWhenTheFolderIsOpened() throws IOException {
        Path abandoned = file("0000000000000001", "new.0-2.part", Duration.ofHours(1));
        Path atWork = file("0000000000000002", "new.part", Duration.ofSeconds(1));
        Path whole = file("0000000000000003", NAME, Duration.ofHours(1));

        SnapshotFolder.open(root, 1000, new UnitRange(0, 3), 3);

        assertThat(abandoned.getParent()).doesNotExist();
        assertThat(atWork).exists();
        assertThat(whole).exists();
    }

    @Test
    void ofMoreBytesThanMayBeTheOldestGo() throws IOException {
        Path old = file("0000000000000001", NAME, Duration.ofHours(2));
        Path young = file("0000000000000002", NAME, Duration.ofHours(1));

        SnapshotFolder.open(root, 15, new UnitRange(0, 3), 3);

        assertThat(old).doesNotExist();
        assertThat(young).exists();
    }
}
