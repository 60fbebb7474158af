/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.snapshot;

import io.headwater.model.kvcache.HeadCache;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.ipc.WriteChannel;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.ipc.message.MessageSerializer;

/** Writes heads as a segment, piece by piece. The same heads in the same state are the same bytes. */
public final class SegmentWriter {
    private final SnapshotHeader header;
    private final BufferAllocator allocator;
    private final PieceWriter pieces;
    private final WriteChannel arrow;

    private SegmentWriter(SnapshotHeader header, BufferAllocator allocator, WriteChannel arrow) {
        this.header = header;
        this.allocator = allocator;
        this.pieces = new PieceWriter(header.heads(), header.kv().entryState());
        this.arrow = arrow;
    }

    /**
     * Writes the header's heads.
     *
     * @param channel is left open behind the segment
     * @throws IOException if the channel takes no more: what it took is no snapshot
     */
    public static void write(
            SnapshotHeader header, ShardHeads heads, BufferAllocator allocator, WritableByteChannel channel)
            throws IOException {
        ChecksumChannel out = new ChecksumChannel(channel);
        try (WriteChannel arrow = new WriteChannel(out)) {
            MessageSerializer.serialize(arrow, SnapshotSchema.of(header));
            new SegmentWriter(header, allocator, arrow).write(heads);
            ArrowStreamWriter.writeEndOfStream(arrow, IpcOption.DEFAULT);
            Trailer.write(out);
        }
    }

    private void write(ShardHeads heads) throws IOException {
        HeadRange range = header.heads();
        for (int layer = 0; layer < range.nLayers(); layer++) {
            for (int kvHead = range.from(); kvHead < range.to(); kvHead++) {
                write(layer, kvHead, heads.head(layer, kvHead));
            }
        }
    }

    private void write(int layer, int kvHead, HeadCache head) throws IOException {
        int first = 0;
        do {
            int n = Math.min(SnapshotSchema.PIECE_ENTRIES, head.length() - first);
            try (RowBuilder row = new RowBuilder(allocator);
                    ArrowRecordBatch batch = pieces.write(layer, kvHead, head, first, n, row)) {
                MessageSerializer.serialize(arrow, batch);
            }
            first += n;
        } while (first < head.length());
    }
}
