/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.allocation;

/**
 * What a division has to keep to, in entries of one head.
 *
 * @param mean what heads get in the mean
 * @param least what every head gets: at least its sinks and its window
 * @param most what no head exceeds, for example half the context, since a re-based head may hold no more
 */
public record BudgetLimits(int mean, int least, int most) {
    public BudgetLimits {
        if (least < 0 || least > mean || mean > most) {
            throw new IllegalArgumentException("least=" + least + ", mean=" + mean + ", most=" + most);
        }
    }

    /**
     * With Ada-KV's floor: every head keeps {@code share} of the mean too, rounded down. {@code protectedEntries}: sinks and window, the least without
     * it.
     */
    public static BudgetLimits withFloor(int mean, int protectedEntries, double share, int most) {
        return new BudgetLimits(mean, Math.max(protectedEntries, (int) Math.floor(share * mean)), most);
    }

    /** KV-Compress's rounding: mean and least up to whole blocks; the most down to them, if the mean allows it. */
    public BudgetLimits inBlocks(int block) {
        int up = up(mean, block);
        return new BudgetLimits(up, up(least, block), Math.max(up, most / block * block));
    }

    static int up(int entries, int block) {
        return Math.multiplyExact(Math.ceilDiv(entries, block), block);
    }
}
