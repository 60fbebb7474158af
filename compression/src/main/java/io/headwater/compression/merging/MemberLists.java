/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.merging;

import io.headwater.compression.CompressibleHead;
import io.headwater.tensors.kernels.EntryMembers;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which tokens a head's entries stand for after a merge (ALGORITHMS 1.2.5, storage {@code expanded} without positions): a merged entry becomes a
 * member of its centre with the ratio of their keys' norms, and what it stood for goes with it. One head at a time.
 */
final class MemberLists {
    private static final int STAYS = -1;

    private final int[] centreOf;
    private final float[] factor;
    private final int[] ends;
    private final int[] order;
    private int[] entries = new int[0];
    private float[] ratios = new float[0];
    private int moved;

    MemberLists(int capacityEntries) {
        centreOf = new int[capacityEntries];
        factor = new float[capacityEntries];
        ends = new int[capacityEntries + 1];
        order = new int[capacityEntries];
    }

    /** Of how many tokens beside their own a head's entries tell. */
    static int count(CompressibleHead head) {
        EntryMembers members = head.members();
        return members == null ? 0 : members.count();
    }

    void begin(CompressibleHead head) {
        Arrays.fill(centreOf, 0, head.length(), STAYS);
        moved = 0;
    }

    /** {@code entry} was merged into {@code centre}; {@code ratio} of their keys' norms. */
    void move(int entry, int centre, float ratio) {
        centreOf[entry] = centre;
        factor[entry] = ratio;
        order[moved++] = entry;
    }

    /** Tells the head, before its entries move: first what was known, in its order, then the merged entries in theirs. */
    void store(CompressibleHead head) {
        EntryMembers known = head.members();
        int total = moved + count(head);
        if (total == 0) {
            return;
        }
        if (entries.length < total) {
            entries = new int[total];
            ratios = new float[total];
        }
        findPlaces(head.length(), known);
        for (int i = 0; known != null && i < known.count(); i++) {
            int entry = known.entry(i);
            boolean stays = centreOf[entry] == STAYS;
            put(stays ? entry : centreOf[entry], stays ? known.ratio(i) : known.ratio(i) * factor[entry]);
        }
        for (int i = 0; i < moved; i++) {
            put(centreOf[order[i]], factor[order[i]]);
        }
        head.members(entries, ratios, total);
    }

    /** Where each entry's members begin, in order of entries. */
    private void findPlaces(int length, @Nullable EntryMembers known) {
        Arrays.fill(ends, 0, length + 1, 0);
        for (int i = 0; known != null && i < known.count(); i++) {
            int entry = known.entry(i);
            ends[(centreOf[entry] == STAYS ? entry : centreOf[entry]) + 1]++;
        }
        for (int i = 0; i < moved; i++) {
            ends[centreOf[order[i]] + 1]++;
        }
        for (int entry = 0; entry < length; entry++) {
            ends[entry + 1] += ends[entry];
        }
    }

    private void put(int entry, float ratio) {
        int at = ends[entry]++;
        entries[at] = entry;
        ratios[at] = ratio;
    }
}
