/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class ProgressBarTest {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(written, true, StandardCharsets.UTF_8);
    private final AtomicLong nanos = new AtomicLong();

    @Test
    void drawsAtMostTenTimesASecondAndTheEnd() {
        try (ProgressBar bar = new ProgressBar(out, true, "pulling", ProgressBar.Unit.BYTES, nanos::get)) {
            for (int i = 0; i <= 1000; i++) {
                bar.update(i * 1000L, 1_000_000);
                nanos.addAndGet(1_000_000);
            }
        }

        String[] drawings = written.toString(StandardCharsets.UTF_8).split("\r");
        assertThat(drawings).hasSizeBetween(11, 14);
        assertThat(drawings[drawings.length - 2]).contains("100% 1.0 MB of 1.0 MB");
        assertThat(drawings[drawings.length - 1]).isEqualTo("\u001b[K");
    }

    @Test
    void writesNothingWhereNobodyWatches() {
        try (ProgressBar bar = new ProgressBar(out, false, "pulling", ProgressBar.Unit.BYTES, nanos::get)) {
            bar.update(1, 2);
        }

        assertThat(written.size()).isZero();
    }
}
