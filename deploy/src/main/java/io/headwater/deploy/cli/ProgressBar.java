/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;

/** One line on a terminal that is drawn over itself, at most ten times a second. Used by one thread. */
public final class ProgressBar implements AutoCloseable {
    /** What is counted. */
    public enum Unit {
        BYTES,
        ITEMS
    }

    private static final int WIDTH = 30;
    private static final long REDRAW_NANOS = 100_000_000;
    private static final String CLEAR_LINE = "\r\u001b[K";

    private final PrintStream out;
    private final boolean visible;
    private final String label;
    private final Unit unit;
    private final LongSupplier nanoTime;
    private long drawnNanos;
    private boolean drawn;

    ProgressBar(PrintStream out, boolean visible, String label, Unit unit, LongSupplier nanoTime) {
        this.out = out;
        this.visible = visible;
        this.label = label;
        this.unit = unit;
        this.nanoTime = nanoTime;
    }

    /** Shows {@code done} of {@code total}; total ≤ 0 means that nobody knows it. */
    public void update(long done, long total) {
        if (!visible) {
            return;
        }
        long now = nanoTime.getAsLong();
        if (drawn && now - drawnNanos < REDRAW_NANOS && done != total) {
            return;
        }
        drawn = true;
        drawnNanos = now;
        out.print(CLEAR_LINE + line(label, unit, done, total));
        out.flush();
    }

    static String line(String label, Unit unit, long done, long total) {
        if (total <= 0) {
            return label + " " + amount(unit, done);
        }
        int filled = (int) (WIDTH * Math.min(done, total) / total);
        String bar = "█".repeat(filled) + "░".repeat(WIDTH - filled);
        return "%s %s %3d%% %s of %s"
                .formatted(label, bar, 100 * Math.min(done, total) / total, amount(unit, done), amount(unit, total));
    }

    private static String amount(Unit unit, long value) {
        return switch (unit) {
            case BYTES -> String.format(Locale.ROOT, "%.1f MB", value / 1e6);
            case ITEMS -> Long.toString(value);
        };
    }

    /** Removes the bar from the screen, to make room for a line; the next update draws it again. */
    public void clear() {
        if (drawn) {
            drawn = false;
            out.print(CLEAR_LINE);
            out.flush();
        }
    }

    /** Removes the bar; what it was about has been said or will be. */
    @Override
    public void close() {
        clear();
    }
}
