/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import java.util.Arrays;

/**
 * Tokens that a KV head has merged into stored entries and that go on attending: evict-then-merge's expanded storage (ALGORITHMS 1.2.5). Member x
 * of entry c has the logit ratio(x) · z(c), and its weight is added to c's, so c's value counts for all that it stands for. A member costs
 * {@link #BYTES}, and no product with the query. Ordered by entry; entries with members have no bias.
 */
public final class EntryMembers {
    /** What a member takes. */
    public static final int BYTES = Integer.BYTES + Float.BYTES;

    private int[] entries = new int[0];
    private float[] ratios = new float[0];
    private int count;

    public int count() {
        return count;
    }

    /** Heap bytes held. */
    public long bytes() {
        return (long) BYTES * entries.length;
    }

    public int entry(int member) {
        return entries[member];
    }

    public float ratio(int member) {
        return ratios[member];
    }

    /** Takes over {@code count} members, ordered by entry; keeps no room for more. */
    public void set(int[] newEntries, float[] newRatios, int newCount) {
        for (int i = 1; i < newCount; i++) {
            if (newEntries[i - 1] > newEntries[i]) {
                throw new IllegalArgumentException(
                        "member " + i + " belongs to entry " + newEntries[i] + ", after one of " + newEntries[i - 1]);
            }
        }
        entries = Arrays.copyOf(newEntries, newCount);
        ratios = Arrays.copyOf(newRatios, newCount);
        count = newCount;
    }

    /** The same members, on their own from now on. */
    public EntryMembers copy() {
        EntryMembers copy = new EntryMembers();
        copy.set(entries, ratios, count);
        return copy;
    }

    /** Follows an eviction: entries {@code kept[0, n)}, ascending, are now 0 to n − 1; members of others are gone. */
    public void keep(int[] kept, int n) {
        int to = 0;
        int entry = 0;
        for (int i = 0; i < count; i++) {
            while (entry < n && kept[entry] < entries[i]) {
                entry++;
            }
            if (entry < n && kept[entry] == entries[i]) {
                entries[to] = entry;
                ratios[to] = ratios[i];
                to++;
            }
        }
        if (to < count) {
            set(entries, ratios, to);
        }
    }

    /** The first member of {@code entry} or one behind it. */
    public int first(int entry) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (entries[middle] < entry) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Writes the logits of members [from, to) to {@code out}, from those of entries, of which entry {@code first} has {@code z[at]}. */
    public void logits(int from, int to, int first, float[] z, int at, float[] out) {
        for (int i = from; i < to; i++) {
            out[i - from] = ratios[i] * z[at + entries[i] - first];
        }
    }

    /** Adds the weights of members [from, to) to those of their entries, in ascending order of members. */
    public void add(int from, int to, int first, float[] weights, float[] sums, int at) {
        for (int i = from; i < to; ) {
            int entry = entries[i];
            float sum = sums[at + entry - first];
            for (; i < to && entries[i] == entry; i++) {
                sum += weights[i - from];
            }
            sums[at + entry - first] = sum;
        }
    }
}
