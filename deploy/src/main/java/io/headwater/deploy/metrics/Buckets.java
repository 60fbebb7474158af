/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.metrics;

import java.time.Duration;
import java.util.stream.LongStream;

/** Upper bounds of histograms' buckets. */
final class Buckets {
    /** Steps, tokens, commits: 1 ms to 2.5 s. */
    static final Duration[] SHORT = millis(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2500);
    /** Requests and their first tokens: 10 ms to 10 minutes. */
    static final Duration[] LONG =
            millis(10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000);

    /** Rows of a step: a power of two each. */
    static final double[] ROWS = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512};

    private Buckets() {}

    private static Duration[] millis(long... bounds) {
        return LongStream.of(bounds).mapToObj(Duration::ofMillis).toArray(Duration[]::new);
    }
}
