/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.snapshot;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;

/** A record batch of one row, built column by column in the schema's order, in Arrow's own buffers. Where nothing is null there are no validity bits. */
final class RowBuilder implements AutoCloseable {
    private final BufferAllocator allocator;
    private final List<ArrowFieldNode> nodes = new ArrayList<>();
    private final List<ArrowBuf> buffers = new ArrayList<>();

    RowBuilder(BufferAllocator allocator) {
        this.allocator = allocator;
    }

    void number(int value) {
        node(1);
        buffer(Integer.BYTES).putInt(value);
    }

    /** A list of {@code count} numbers of {@code width} bytes: fill what it returns. */
    ByteBuffer list(int count, int width) {
        node(1);
        buffer(2 * Integer.BYTES).putInt(0).putInt(count);
        node(count);
        return buffer(Math.multiplyExact(count, width));
    }

    /** A list of {@code count} vectors of {@code size} numbers of {@code width} bytes: fill what it returns. */
    ByteBuffer vectors(int count, int size, int width) {
        node(1);
        buffer(2 * Integer.BYTES).putInt(0).putInt(count);
        node(count); // a list of fixed size has no offsets
        node(Math.multiplyExact(count, size));
        return buffer(Math.multiplyExact(Math.multiplyExact(count, size), width));
    }

    /** A list that there is not. */
    void missing() {
        nodes.add(new ArrowFieldNode(1, 1));
        buffer(1).put((byte) 0);
        buffer(2 * Integer.BYTES).putInt(0).putInt(0);
        node(0);
        buffers.add(allocator.getEmpty());
    }

    ArrowRecordBatch batch() {
        return new ArrowRecordBatch(1, nodes, buffers);
    }

    private void node(int values) {
        nodes.add(new ArrowFieldNode(values, 0));
        buffers.add(allocator.getEmpty());
    }

    private ByteBuffer buffer(int bytes) {
        ArrowBuf buffer = allocator.buffer(bytes);
        buffers.add(buffer.writerIndex(bytes));
        return bytes == 0 ? ByteBuffer.allocate(0) : buffer.nioBuffer(0, bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void close() {
        buffers.forEach(ArrowBuf::close);
    }
}
