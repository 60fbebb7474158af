/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.snapshot;

import io.headwater.model.kvcache.EntryState;
import io.headwater.model.kvcache.HeadCache;
import io.headwater.tensors.kernels.EntryMembers;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.KvType;
import java.nio.ByteBuffer;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.jspecify.annotations.Nullable;

/** Puts pieces of heads into rows, in the order of {@link SnapshotSchema}. */
final class PieceWriter {
    private static final float[] NOTHING = new float[0];

    private final HeadRange heads;
    private final EntryState kept;
    private final KvType type;
    private final float[] vector;
    private final float[] window;

    PieceWriter(HeadRange heads, EntryState kept) {
        this.heads = heads;
        this.kept = kept;
        this.type = heads.layout().type();
        this.vector = new float[heads.layout().headDim()];
        this.window = new float[Math.multiplyExact(kept.window(), heads.queryFloats())];
    }

    /** Entries [first, first + n) of a head. The caller closes the batch and the row. */
    ArrowRecordBatch write(int layer, int kvHead, HeadCache head, int first, int n, RowBuilder row) {
        row.number(layer);
        row.number(kvHead);
        row.number(head.length());
        row.number(first);
        ByteBuffer positions = row.list(n, Integer.BYTES);
        for (int entry = first; entry < first + n; entry++) {
            positions.putInt(head.position(entry));
        }
        vectors(head, first, n, row);
        state(head, first, n, row);
        bias(head.bias(), first, n, row);
        members(head.members(), first, n, row);
        queries(head, first, row);
        return row.batch();
    }

    private void vectors(HeadCache head, int first, int n, RowBuilder row) {
        KvLayout layout = heads.layout();
        ByteBuffer keys = row.vectors(n, vector.length, type.bytes());
        ByteBuffer values = row.vectors(n, vector.length, type.bytes());
        for (int entry = first; entry < first + n; entry++) {
            long block = head.block(entry / KvLayout.BLOCK_ENTRIES);
            int within = entry % KvLayout.BLOCK_ENTRIES;
            for (int d = 0; d < vector.length; d++) {
                vector[d] = layout.key(head.memory(), block, within, d);
            }
            StoredFloats.put(type, vector, vector.length, keys);
            for (int d = 0; d < vector.length; d++) {
                vector[d] = layout.value(head.memory(), block, within, d);
            }
            StoredFloats.put(type, vector, vector.length, values);
        }
    }

    private void state(HeadCache head, int first, int n, RowBuilder row) {
        if (kept.columnSums()) {
            ByteBuffer sums = row.list(n, Float.BYTES);
            for (int entry = first; entry < first + n; entry++) {
                sums.putInt(Float.floatToRawIntBits(head.columnSum(entry)));
            }
        }
        if (kept.floats() > 0) {
            ByteBuffer states = row.list(n * kept.floats(), Float.BYTES);
            for (int entry = first; entry < first + n; entry++) {
                for (int i = 0; i < kept.floats(); i++) {
                    states.putInt(Float.floatToRawIntBits(head.state(i, entry)));
                }
            }
        }
    }

    private static void bias(float @Nullable [] bias, int first, int n, RowBuilder row) {
        if (bias == null) {
            row.missing();
            return;
        }
        ByteBuffer out = row.list(n, Float.BYTES);
        for (int entry = first; entry < first + n; entry++) {
            out.putInt(Float.floatToRawIntBits(bias[entry]));
        }
    }

    private static void members(@Nullable EntryMembers members, int first, int n, RowBuilder row) {
        if (members == null) {
            row.missing();
            row.missing();
            return;
        }
        ByteBuffer counts = row.list(n, Integer.BYTES);
        for (int entry = first; entry < first + n; entry++) {
            counts.putInt(members.first(entry + 1) - members.first(entry));
        }
        int from = members.first(first);
        int to = members.first(first + n);
        ByteBuffer ratios = row.list(to - from, Float.BYTES);
        for (int member = from; member < to; member++) {
            ratios.putInt(Float.floatToRawIntBits(members.ratio(member)));
        }
    }

    private void queries(HeadCache head, int first, RowBuilder row) {
        if (kept.window() == 0) {
            return;
        }
        int floats = first > 0 ? 0 : head.windowLength() * heads.queryFloats();
        head.lendWindow(window);
        StoredFloats.put(type, head.windowQueries(), floats, row.list(floats, type.bytes()));
        head.lendWindow(NOTHING);
    }
}
