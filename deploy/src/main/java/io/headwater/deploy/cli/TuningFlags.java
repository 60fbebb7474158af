/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What measurements and tests change in a cluster; no answer depends on it. Empty means: not given. */
public final class TuningFlags {
    @Option(names = "--warm-up", paramLabel = "SECONDS", hidden = true, description = "most time for compiling kernels")
    private Optional<Double> warmUp = Optional.empty();

    @Option(
            names = "--crossover",
            paramLabel = "ROWS",
            hidden = true,
            description = "from so many rows on sums are exchanged in two halves; decided by the first node")
    private Optional<Integer> crossover = Optional.empty();

    public Optional<Duration> warmUp() {
        return warmUp.map(seconds -> {
            if (!(seconds >= 0 && seconds <= 3600)) {
                throw new UserError("--warm-up " + seconds + ": give 0 to 3600 seconds");
            }
            return Duration.ofMillis(Math.round(seconds * 1000));
        });
    }

    public Optional<Integer> crossover() {
        return crossover.map(rows -> {
            if (rows < 0) {
                throw new UserError("--crossover " + rows + ": give 0 or more rows");
            }
            return rows;
        });
    }
}
