/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

/**
 * How many prompt tokens a step may carry while other sequences decode, so that none of them waits long for its next token. Learns from the
 * steps' durations: what a step of decode rows alone takes, and what each prompt row adds. Owned by the decode loop.
 */
final class PrefillPace {
    /** Weight of the newest measurement in a running average. */
    private static final double NEWEST = 0.25;

    private final double share;
    private final int least;
    /** What a step of so many decode rows alone takes; 0 where none has been measured. */
    private final double[] decodeNanos;

    private double rowNanos;
    /** Whether {@link #rowNanos} was measured beside decode rows: chunks alone cost less per row. */
    private boolean measuredBeside;

    private int last;

    PrefillPace(BatchingOptions options) {
        this.share = options.prefillShare();
        this.least = options.leastPrefillRows();
        this.last = least;
        this.decodeNanos = new double[options.maxSequences() + 1];
    }

    /**
     * Prompt rows that the next step may carry beside so many that decode: at most twice as many as the last such step did. Each of the {@code reading}
     * sequences waits for a first token as the others do for their next: the more there are, the longer the step may be.
     */
    int rows(int decoding, int reading) {
        double alone = alone(decoding);
        if (alone == 0 || rowNanos == 0) {
            return least;
        }
        double affordable = (share * reading - 1) * alone / rowNanos;
        return Math.max(least, (int) Math.min(affordable, 2.0 * last));
    }

    /** What a step of so many decode rows alone takes, by what is known of the next fewer and the next more; 0 if nothing is. */
    private double alone(int rows) {
        int fewer = rows;
        while (fewer > 0 && decodeNanos[fewer] == 0) {
            fewer--;
        }
        int more = rows;
        while (more < decodeNanos.length - 1 && decodeNanos[more] == 0) {
            more++;
        }
        if (decodeNanos[more] == 0) {
            return fewer == 0 ? 0 : decodeNanos[fewer] + (rows - fewer) * rowNanos;
        }
        double each = more == fewer ? 0 : (decodeNanos[more] - decodeNanos[fewer]) / (more - fewer);
        return decodeNanos[fewer] + (rows - fewer) * each;
    }

    /** A step of so many rows has taken so long. */
    void stepped(int decodeRows, int prefillRows, long nanos) {
        if (prefillRows == 0) {
            decodeNanos[decodeRows] = average(decodeNanos[decodeRows], (double) nanos);
        } else if (decodeRows == 0) {
            rowNanos = measuredBeside ? rowNanos : average(rowNanos, (double) nanos / prefillRows);
        } else {
            last = Math.max(least, prefillRows);
            beside(decodeRows, prefillRows, nanos);
        }
    }

    /** A step has carried rows of a prompt alone, as many as {@link #rows} allowed, while others waited for their next token. */
    void steppedAlone(int prefillRows, long nanos) {
        last = Math.max(least, prefillRows);
        stepped(0, prefillRows, nanos);
    }

    private void beside(int decodeRows, int prefillRows, long nanos) {
        double even = (double) nanos / (decodeRows + prefillRows);
        double alone = alone(decodeRows);
        if (alone == 0) { // a prompt came before the first step of decode rows alone
            decodeNanos[decodeRows] = Math.max(even, nanos - prefillRows * rowNanos);
            return;
        }
        double row = Math.max(nanos - alone, 1) / prefillRows;
        rowNanos = measuredBeside ? average(rowNanos, row) : Math.max(rowNanos, row);
        measuredBeside = true;
    }

    private static double average(double known, double newest) {
        return known == 0 ? newest : known + NEWEST * (newest - known);
    }
}
