/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.memory;

/**
 * How one {@link BlockArena} is cut.
 *
 * @param name its Arrow allocator, {@code engine-3}; sessions are {@code engine-3/session-…}
 * @param limitBytes the most that its slabs may hold together
 * @param slabBytes a power of two, 64 KiB to 1 GiB
 * @param trimShare share of free blocks, 0 to 1, from which a slab's free pages go back to the system
 */
public record ArenaOptions(String name, long limitBytes, int slabBytes, double trimShare) {
    public static final int DEFAULT_SLAB_BYTES = 2 << 20;
    private static final int LEAST_SLAB_BYTES = 512 << 10;
    public static final double DEFAULT_TRIM_SHARE = 0.5;

    public ArenaOptions {
        if (limitBytes < 0) {
            throw new IllegalArgumentException("arena " + name + ": limitBytes=" + limitBytes + " is negative");
        }
        if (Integer.bitCount(slabBytes) != 1 || slabBytes < 64 << 10 || slabBytes > 1 << 30) {
            throw new IllegalArgumentException(
                    "arena " + name + ": slabBytes=" + slabBytes + ", choose a power of two from 64 KiB to 1 GiB");
        }
        if (!(trimShare >= 0 && trimShare <= 1)) {
            throw new IllegalArgumentException("arena " + name + ": trimShare=" + trimShare + " is outside 0 to 1");
        }
    }

    /** Slabs as {@link #slabBytes} says, trimmed from half free on. */
    public static ArenaOptions of(String name, long limitBytes) {
        return new ArenaOptions(name, limitBytes, slabBytes(limitBytes), DEFAULT_TRIM_SHARE);
    }

    /**
     * 2 MiB, a huge page, from 64 MiB on; below that smaller ones, 32 of them or of 512 KiB: what one block size has free serves no other until a slab is
     * wholly free, and a few large ones would hold the whole limit so.
     */
    public static int slabBytes(long limitBytes) {
        return Math.clamp(Long.highestOneBit(limitBytes / 32), LEAST_SLAB_BYTES, DEFAULT_SLAB_BYTES);
    }
}
