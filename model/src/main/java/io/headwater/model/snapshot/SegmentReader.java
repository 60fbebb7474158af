/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.snapshot;

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
        try {
            Frames frames = new Frames(source, Trailer.check(source));
            if (!frames.schema().getFields().equals(SnapshotSchema.fields(header))) {
                throw SnapshotException.damaged(source.name(), "has other columns than its header asks for");
            }
            int refusal = heads(frames);
            if (refusal == 0) {
                frames.end();
            }
            return refusal;
        } catch (IOException | RuntimeException e) {
            throw source.unreadable(e);
        }
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
                        ours ? into.begin(layer, kvHead, entries, header.at().position()) : 0;
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
        if (entries < 0 || entries > header.at().position() || row.number() != first) {
            throw SnapshotException.damaged(
                    source.name(),
                    piece(layer, kvHead, first) + " cannot be of " + entries + " entries after "
                            + header.at().position() + " tokens");
        }
        return entries;
    }

    private static String piece(int layer, int kvHead, int first) {
        return "layer " + layer + ", KV head " + kvHead + " from entry " + first;
    }
}
