/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.wire;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A received batch where it lies: valid until the handler that was given it returns. A flyweight; one thread's. */
public final class Batch {
    private final TensorCodec codec;
    private final int most;
    private DirectBuffer buffer = new UnsafeBuffer(new byte[0]);
    private int index;
    private int count;

    /** {@code most}: rows of the longest message that may come; nothing is kept or computed for a longer one. */
    public Batch(TensorCodec codec, int most) {
        this.codec = codec;
        this.most = most;
    }

    /** Returns whether the message whose header begins at {@code index} is a batch; then it is this one. */
    public boolean wrap(DirectBuffer buffer, int index, int length) {
        this.count = codec.count(buffer, index, length, most);
        this.buffer = buffer;
        this.index = index;
        return count > 0;
    }

    /** Rows. */
    public int count() {
        return count;
    }

    public DirectBuffer buffer() {
        return buffer;
    }

    /** Where the values of a column begin in {@link #buffer}. */
    public int columnAt(int column) {
        return codec.columnAt(index, count, column);
    }

    public long getLong(int column, int row) {
        return buffer.getLong(columnAt(column) + row * Long.BYTES);
    }

    public int getInt(int column, int row) {
        return buffer.getInt(columnAt(column) + row * Integer.BYTES);
    }

    public byte getByte(int column, int row) {
        return buffer.getByte(columnAt(column) + row);
    }
}
