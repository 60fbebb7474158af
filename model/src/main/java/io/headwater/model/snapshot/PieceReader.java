/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.snapshot;

import io.headwater.model.kvcache.EntryState;
import io.headwater.model.kvcache.HeadCache;
import io.headwater.tensors.kernels.KvType;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Fills heads from rows behind their first four numbers: the other way of {@link PieceWriter}. What cannot be is an {@link IllegalArgumentException}. */
final class PieceReader {
    private final HeadRange heads;
    private final EntryState kept;
    private final int position;
    private final KvType type;
    private final float[] vector;
    private int[] memberEntries = new int[0];
    private float[] memberRatios = new float[0];
    private int members;
    private boolean biased;
    private boolean merged;

    PieceReader(SnapshotHeader header) {
        this.heads = header.heads();
        this.kept = header.kv().entryState();
        this.position = header.at().rotaryPosition();
        this.type = heads.layout().type();
        this.vector = new float[Math.max(heads.layout().headDim(), heads.queryFloats())];
    }

    /** Entries [first, first + n) of a head that has begun. */
    void read(RowReader row, HeadCache head, int first, int n) {
        ByteBuffer positions = row.list(n, Integer.BYTES);
        for (int entry = first; entry < first + n; entry++) {
            head.position(entry, checked(positions.getInt()));
        }
        vectors(row, head, first, n);
        state(row, head, first, n);
        biased = there(row, first, biased, "biases");
        if (biased) {
            ByteBuffer bias = row.list(n, Float.BYTES);
            for (int entry = first; entry < first + n; entry++) {
                head.bias(entry, Float.intBitsToFloat(bias.getInt()));
            }
        }
        members(row, head, first, n);
        if (first == 0 && kept.window() > 0) { // the last column: other pieces leave it empty
            queries(row, head);
        }
    }

    /** Whether the next column is there, which must be so in all pieces of a head or in none. */
    private static boolean there(RowReader row, int first, boolean before, String what) {
        boolean there = !row.missing();
        if (first > 0 && there != before) {
            throw new IllegalArgumentException(
                    "the piece from entry " + first + (there ? " has " : " has no ") + what + ", unlike those before");
        }
        return there;
    }

    private int checked(int entryPosition) {
        if (entryPosition < 0 || entryPosition >= position) {
            throw new IllegalArgumentException("an entry at position " + entryPosition + " of " + position);
        }
        return entryPosition;
    }

    private void vectors(RowReader row, HeadCache head, int first, int n) {
        int headDim = heads.layout().headDim();
        ByteBuffer keys = row.vectors(n, headDim, type.bytes());
        ByteBuffer values = row.vectors(n, headDim, type.bytes());
        for (int entry = first; entry < first + n; entry++) {
            StoredFloats.get(type, keys, vector, headDim);
            head.key(entry, vector, 0);
            StoredFloats.get(type, values, vector, headDim);
            head.value(entry, vector, 0);
        }
    }

    private void state(RowReader row, HeadCache head, int first, int n) {
        if (kept.columnSums()) {
            ByteBuffer sums = row.list(n, Float.BYTES);
            for (int entry = first; entry < first + n; entry++) {
                head.columnSum(entry, Float.intBitsToFloat(sums.getInt()));
            }
        }
        if (kept.floats() > 0) {
            ByteBuffer states = row.list(n * kept.floats(), Float.BYTES);
            for (int entry = first; entry < first + n; entry++) {
                for (int i = 0; i < kept.floats(); i++) {
                    head.state(i, entry, Float.intBitsToFloat(states.getInt()));
                }
            }
        }
    }

    /** A head takes them over as a whole, with its last piece. */
    private void members(RowReader row, HeadCache head, int first, int n) {
        merged = there(row, first, merged, "members");
        if (first == 0) {
            members = 0;
        }
        if (!merged) {
            if (!row.missing()) {
                throw new IllegalArgumentException("ratios of members without their counts");
            }
            return;
        }
        ByteBuffer counts = row.list(n, Integer.BYTES);
        ByteBuffer ratios = row.list(Float.BYTES);
        int added = ratios.remaining() / Float.BYTES;
        memberEntries = Arrays.copyOf(memberEntries, Math.max(memberEntries.length, members + added));
        memberRatios = Arrays.copyOf(memberRatios, memberEntries.length);
        for (int entry = first; entry < first + n; entry++) {
            int count = counts.getInt();
            if (count < 0 || count > ratios.remaining() / Float.BYTES) {
                throw new IllegalArgumentException("entry " + entry + " cannot have " + count + " members");
            }
            for (int left = count; left > 0; left--) {
                memberEntries[members] = entry;
                memberRatios[members++] = Float.intBitsToFloat(ratios.getInt());
            }
        }
        if (ratios.hasRemaining()) {
            throw new IllegalArgumentException("more members than member_count says");
        }
        if (first + n == head.length()) {
            head.members(memberEntries, memberRatios, members);
        }
    }

    private void queries(RowReader row, HeadCache head) {
        int rows = head.windowLength();
        ByteBuffer queries = row.list(rows * heads.queryFloats(), type.bytes());
        for (int at = position - rows; at < position; at++) {
            StoredFloats.get(type, queries, vector, heads.queryFloats());
            head.queries(at, vector, 0);
        }
    }
}
