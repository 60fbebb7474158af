/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HostMemoryTest {
    @TempDir
    Path root = Path.of("");

    @Test
    void readsALineAndTakesTheOtherwiseForWhatIsNoNumber() {
        List<String> lines = List.of("MemTotal: 5 kB", "MemAvailable:   123 kB", "VmRSS: many kB");
        assertThat(HostMemory.field(lines, "MemAvailable:", 7)).isEqualTo(123 * 1024);
        assertThat(HostMemory.field(lines, "VmRSS:", 7)).isEqualTo(7);
        assertThat(HostMemory.field(lines, "Swap:", 7)).isEqualTo(7);
    }

    @Test
    void theTightestGroupAroundTheProcessBoundsIt() throws IOException {
        Path outer = Files.createDirectory(root.resolve("outer"));
        Path inner = Files.createDirectory(outer.resolve("inner"));
        write(outer, "1000", "400", "inactive_file 100");
        write(inner, "max", "300", "inactive_file 0");
        assertThat(HostMemory.groupBytes(root, List.of("1:cpu:/x", "0::/outer/inner")))
                .isEqualTo(1000 - 400 + 100);
        write(inner, "500", "450", "inactive_file 0");
        assertThat(HostMemory.groupBytes(root, List.of("0::/outer/inner"))).isEqualTo(50);
    }

    @Test
    void withoutGroupsThereIsNoBound() {
        assertThat(HostMemory.groupBytes(root, List.of("0::/"))).isEqualTo(Long.MAX_VALUE);
        assertThat(HostMemory.groupBytes(root, List.of())).isEqualTo(Long.MAX_VALUE);
        assertThat(HostMemory.availableBytes()).isPositive();
    }

    private static void write(Path group, String max, String current, String stat) throws IOException {
        Files.writeString(group.resolve("memory.max"), max + "\n");
        Files.writeString(group.resolve("memory.current"), current + "\n");
        Files.writeString(group.resolve("memory.stat"), "anon 5\n" + stat + "\n");
    }
}
