/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.ipc.WriteChannel;
import org.apache.arrow.vector.ipc.message.ArrowBuffer;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.MessageSerializer;

/**
 * What is the same in all record batches of a schema and a number of rows: Arrow's encapsulated metadata, written once by Arrow's own
 * serializer, and where the columns lie in the body. Immutable.
 */
final class BatchTemplate {
    /** 0xFFFFFFFF, the metadata's length, the metadata, padding to a multiple of 8. */
    private final UnsafeBuffer prefix;

    private final int[] columnOffsets;
    private final int bodyLength;

    private BatchTemplate(UnsafeBuffer prefix, int[] columnOffsets, int bodyLength) {
        this.prefix = prefix;
        this.columnOffsets = columnOffsets;
        this.bodyLength = bodyLength;
    }

    /** Has Arrow serialize a batch of {@code count} rows. */
    static BatchTemplate of(FlatSchema schema, int count) {
        try (BufferAllocator allocator = new RootAllocator(Long.MAX_VALUE)) {
            List<ArrowBuf> buffers = new ArrayList<>();
            List<ArrowFieldNode> nodes = new ArrayList<>();
            try {
                for (FlatSchema.Column column : schema.columns()) {
                    nodes.add(new ArrowFieldNode(count, 0));
                    buffers.add(allocator.getEmpty()); // no nulls, no validity bits
                    ArrowBuf values =
                            allocator.buffer((long) count * column.type().widthBytes());
                    buffers.add(values.setZero(0, values.capacity())
                            .writerIndex((long) count * column.type().widthBytes()));
                }
                try (ArrowRecordBatch batch = new ArrowRecordBatch(count, nodes, buffers)) {
                    return of(batch);
                }
            } finally {
                buffers.forEach(ArrowBuf::close);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a record batch in memory", e);
        }
    }

    private static BatchTemplate of(ArrowRecordBatch batch) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        MessageSerializer.serialize(new WriteChannel(Channels.newChannel(bytes)), batch);
        int bodyLength = Math.toIntExact(batch.computeBodyLength());
        List<ArrowBuffer> layout = batch.getBuffersLayout();
        int[] offsets = new int[layout.size() / 2];
        for (int column = 0; column < offsets.length; column++) {
            offsets[column] = Math.toIntExact(layout.get(2 * column + 1).getOffset());
        }
        byte[] prefix = new byte[bytes.size() - bodyLength];
        System.arraycopy(bytes.toByteArray(), 0, prefix, 0, prefix.length);
        return new BatchTemplate(new UnsafeBuffer(prefix), offsets, bodyLength);
    }

    int prefixLength() {
        return prefix.capacity();
    }

    int bodyLength() {
        return bodyLength;
    }

    /** Where a column's values begin, from the body's begin. */
    int columnOffset(int column) {
        return columnOffsets[column];
    }

    long prefixLong(int index) {
        return prefix.getLong(index);
    }

    void putPrefix(MutableDirectBuffer buffer, int index) {
        buffer.putBytes(index, prefix, 0, prefix.capacity());
    }

    /** Whether the bytes from {@code index} are this prefix. */
    boolean prefixEquals(DirectBuffer buffer, int index) {
        for (int i = 0; i < prefix.capacity(); i += Long.BYTES) {
            if (buffer.getLong(index + i) != prefix.getLong(i)) {
                return false;
            }
        }
        return true;
    }
}
