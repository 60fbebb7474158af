/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.snapshot;

import io.headwater.model.kvcache.KvOptions;
import java.io.IOException;

/** Reads a segment into those heads of a shard that it has; goes past the others. */
final class SegmentReader {
    private final SnapshotSource source;
    private final SnapshotHeader header;
    private final ShardHeads into;
    private final PieceReader pieces;

    SegmentReader(SnapshotSource source, SnapshotHeader header, ShardHeads into) {
        this.source = source;
        this.header = header;
        this.into = into;
        this.pieces = new PieceReader(header);
    }

    /** Returns 0, or a refusal of memory. */
    int read() throws SnapshotException {
        return source.read(this::all);
    }

    private int all(Frames frames) throws IOException, SnapshotException {
        if (!frames.header().equals(header)) {
            throw SnapshotException.unfit(
                    source.name(), "was replaced by another snapshot while it was read", "restore that one");
        }
        int refusal = heads(frames);
        if (refusal == 0) {
            frames.end();
        }
        return refusal;
    }

    private int heads(Frames frames) throws IOException, SnapshotException {
        HeadRange range = header.heads();
        for (int layer = 0; layer < range.nLayers(); layer++) {
            for (int kvHead = range.from(); kvHead < range.to(); kvHead++) {
                int refusal = head(frames, layer, kvHead);
                if (refusal < 0) {
                    return refusal;
                }
            }
        }
        return 0;
    }

    private int head(Frames frames, int layer, int kvHead) throws IOException, SnapshotException {
        boolean ours = into.range().has(kvHead);
        int entries = 0;
        int first = 0;
        do {
            RowReader row = new RowReader(frames.batch(), frames.body());
            int all = entries(row, layer, kvHead, first);
            if (first == 0) {
                entries = all;
                int refusal =
                        ours ? into.begin(layer, kvHead, entries, header.at().rotaryPosition()) : 0;
                if (refusal < 0) {
                    return refusal;
                }
            } else if (all != entries) {
                throw SnapshotException.damaged(
                        source.name(), piece(layer, kvHead, first) + " has another length than at its begin");
            }
            int n = Math.min(SnapshotSchema.PIECE_ENTRIES, entries - first);
            if (ours) {
                pieces.read(row, into.head(layer, kvHead), first, n);
            }
            first += n;
        } while (first < entries);
        return 0;
    }

    /** How many the head of this piece has, which must be the one that comes now. */
    private int entries(RowReader row, int layer, int kvHead, int first) throws SnapshotException {
        if (row.number() != layer || row.number() != kvHead) {
            throw SnapshotException.damaged(
                    source.name(), "has another head where " + piece(layer, kvHead, first) + " must be");
        }
        int entries = row.number();
        if (!possible(layer, entries) || row.number() != first) {
            throw SnapshotException.damaged(
                    source.name(),
                    piece(layer, kvHead, first) + " cannot be of " + entries + " entries after "
                            + header.at().position() + " tokens, " + header.at().sinceChange()
                            + " of them since a change");
        }
        return entries;
    }

    /**
     * Whether a head of the layer may have so many: all there have been, or those that the last change left, at most a budget, and all since then.
     * With more it would outgrow its blocks before the next change.
     */
    private boolean possible(int layer, int entries) {
        int position = header.at().position();
        int sinceChange = header.at().sinceChange();
        int nLayers = header.heads().nLayers();
        if (header.kv().full()) {
            return entries == position;
        }
        KvOptions kv = header.kv();
        int context = header.at().contextLength();
        return entries >= sinceChange
                && entries <= (long) kv.mostBudget(layer, nLayers, context) + sinceChange
                && entries <= Math.min(header.at().rotaryPosition(), kv.mostEntries(layer, nLayers, context));
    }

    private static String piece(int layer, int kvHead, int first) {
        return "layer " + layer + ", KV head " + kvHead + " from entry " + first;
    }
}
