/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

import java.io.PrintStream;
import java.util.List;
import java.util.function.LongSupplier;

/** Several bars, one below the other, drawn over themselves at most ten times a second. Used by one thread. */
public final class ProgressLines implements AutoCloseable {
    /** One bar. */
    public record Line(String label, long done, long total) {}

    private static final long REDRAW_NANOS = 100_000_000;
    private static final String CLEAR_BELOW = "\u001b[J";

    private final PrintStream out;
    private final boolean visible;
    private final LongSupplier nanoTime;
    private long drawnNanos;
    private int drawn;

    ProgressLines(PrintStream out, boolean visible, LongSupplier nanoTime) {
        this.out = out;
        this.visible = visible;
        this.nanoTime = nanoTime;
    }

    /** Shows these bars in place of the last ones. */
    public void update(List<Line> lines) {
        long now = nanoTime.getAsLong();
        boolean complete = lines.stream().allMatch(line -> line.done() == line.total());
        if (!visible || (drawn > 0 && now - drawnNanos < REDRAW_NANOS && !complete)) {
            return;
        }
        StringBuilder text = new StringBuilder(up());
        for (Line line : lines) {
            text.append(ProgressBar.line(line.label(), ProgressBar.Unit.BYTES, line.done(), line.total()))
                    .append('\n');
        }
        out.print(text);
        out.flush();
        drawn = lines.size();
        drawnNanos = now;
    }

    private String up() {
        return drawn == 0 ? "" : "\u001b[" + drawn + "A\r" + CLEAR_BELOW;
    }

    /** Removes the bars. */
    @Override
    public void close() {
        if (drawn > 0) {
            out.print(up());
            out.flush();
            drawn = 0;
        }
    }
}
