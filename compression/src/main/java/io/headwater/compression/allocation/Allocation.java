/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.allocation;

import java.util.Locale;

/** How a mean budget per head becomes the budget of each head. */
public enum Allocation {
    /** The same for all. */
    UNIFORM,
    /** PyramidKV: falls from layer to layer, equal in a layer (ALGORITHMS 4.7). */
    PYRAMID,
    /** Ada-KV: the heads of a layer compete by their scores (ALGORITHMS 5.2). */
    ADAPTIVE,
    /** UNComp: by head groups of a calibration (ALGORITHMS 3.3). */
    ENTROPY,
    /** KV-Compress: all heads of all layers compete, block by block (ALGORITHMS 4.4). */
    GLOBAL;

    /** What stands between {@code entropy} and its head groups. */
    private static final char OF_GROUPS = '/';

    /** The allocation that a policy's option names: {@code entropy} may go on with its {@link HeadGrouping}. */
    public static Allocation of(String option) {
        int end = option.indexOf(OF_GROUPS);
        return valueOf((end < 0 ? option : option.substring(0, end)).toUpperCase(Locale.ROOT));
    }

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether every head's scores have to meet at a change point before any head is brought down to its budget. */
    public boolean competes() {
        return switch (this) {
            case ADAPTIVE, GLOBAL -> true;
            case UNIFORM, PYRAMID, ENTROPY -> false;
        };
    }

    /** Whether it takes a calibration of the model. */
    public boolean calibrated() {
        return switch (this) {
            case ENTROPY -> true;
            case UNIFORM, PYRAMID, ADAPTIVE, GLOBAL -> false;
        };
    }
}
