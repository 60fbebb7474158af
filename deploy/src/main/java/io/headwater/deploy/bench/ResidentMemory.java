/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.bench;

import io.headwater.deploy.cli.WorkFailed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** This process's memory as the system sees it. */
final class ResidentMemory {
    private static final Path ROLLUP = Path.of("/proc/self/smaps_rollup");

    private ResidentMemory() {}

    /** Resident bytes after a collection. */
    @SuppressWarnings("DoNotCallSuggester") // a collection is what is wanted: garbage is no KV memory
    static long bytes() {
        System.gc();
        try {
            List<String> lines = Files.readAllLines(ROLLUP);
            for (String line : lines) {
                if (line.startsWith("Rss:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
                }
            }
            throw new WorkFailed(ROLLUP + " has no line Rss");
        } catch (IOException e) {
            throw new WorkFailed("--resident reads " + ROLLUP + ", which only Linux has: " + e.getMessage(), e);
        }
    }
}
