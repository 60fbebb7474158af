/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Memory of this host, of the control groups around this process, and of the process, as Linux tells it. */
public final class HostMemory {
    private static final Path HOST = Path.of("/proc/meminfo");
    private static final Path SELF = Path.of("/proc/self/status");
    private static final long KIB = 1024;
    /** Where Linux does not say: enough for a small model, and a limit can be given. */
    private static final long UNKNOWN = 1L << 30;

    private static final Path GROUP = Path.of("/proc/self/cgroup");
    private static final Path GROUPS = Path.of("/sys/fs/cgroup");

    private HostMemory() {}

    /** What was seen at one moment. */
    record Sample(long residentBytes, long availableBytes) {}

    static Sample sample() {
        return new Sample(residentBytes(), availableBytes());
    }

    /** What can be used without driving others out, or beyond what this process's control groups may have. */
    public static long availableBytes() {
        return Math.min(field(HOST, "MemAvailable:", UNKNOWN), groupBytes(GROUPS, lines(GROUP)));
    }

    /** What a group of version 2, and each group that it is in, may yet have; cached parts of files count as free. */
    static long groupBytes(Path root, List<String> groups) {
        long least = Long.MAX_VALUE;
        for (String group : groups) {
            if (group.startsWith("0::/")) {
                Path path = root.resolve(group.substring("0::/".length())).normalize();
                for (Path at = path; at != null && at.startsWith(root); at = at.getParent()) {
                    least = Math.min(least, groupBytes(at));
                }
            }
        }
        return least;
    }

    private static long groupBytes(Path group) {
        long most = first(group.resolve("memory.max"), Long.MAX_VALUE); // "max": no limit
        if (most == Long.MAX_VALUE) {
            return most;
        }
        long used = first(group.resolve("memory.current"), 0)
                - field(group.resolve("memory.stat"), "inactive_file ", 0) / KIB; // it is in bytes
        return Math.max(0, most - Math.max(0, used));
    }

    private static long first(Path file, long otherwise) {
        List<String> lines = lines(file);
        return lines.isEmpty() ? otherwise : number(lines.getFirst(), otherwise);
    }

    /** What this process holds in memory now. */
    static long residentBytes() {
        return field(SELF, "VmRSS:", 0);
    }

    private static long field(Path file, String name, long otherwise) {
        return field(lines(file), name, otherwise);
    }

    /** None where there is no such file. */
    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of();
        }
    }

    private static long number(String text, long otherwise) {
        try {
            return Long.parseLong(text.strip());
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    /** The value of a line such as {@code MemAvailable:   123 kB}, in bytes; {@code otherwise} if there is none, or no number. */
    static long field(List<String> lines, String name, long otherwise) {
        for (String line : lines) {
            if (line.startsWith(name)) {
                long kibibytes = number(line.substring(name.length()).replace("kB", ""), -1);
                return kibibytes < 0 ? otherwise : kibibytes * KIB;
            }
        }
        return otherwise;
    }
}
