/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Memory of this host and this process, as Linux tells it. */
final class HostMemory {
    private static final Path HOST = Path.of("/proc/meminfo");
    private static final Path SELF = Path.of("/proc/self/status");
    private static final long KIB = 1024;
    /** Where Linux does not say: enough for a small model, and a limit can be given. */
    private static final long UNKNOWN = 1L << 30;

    private HostMemory() {}

    /** What can be used without driving others out. */
    static long availableBytes() {
        return field(HOST, "MemAvailable:", UNKNOWN);
    }

    /** What this process holds in memory now. */
    static long residentBytes() {
        return field(SELF, "VmRSS:", 0);
    }

    private static long field(Path file, String name, long otherwise) {
        try {
            return field(Files.readAllLines(file), name, otherwise);
        } catch (IOException e) {
            return otherwise;
        }
    }

    /** The value of a line such as {@code MemAvailable:   123 kB}, in bytes. */
    static long field(List<String> lines, String name, long otherwise) {
        for (String line : lines) {
            if (line.startsWith(name)) {
                return Long.parseLong(
                                line.substring(name.length()).replace("kB", "").strip())
                        * KIB;
            }
        }
        return otherwise;
    }
}
