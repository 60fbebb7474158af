/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.snapshot;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.RecordBatch;

/**
 * The one row of a record batch, column by column in the schema's order: the other way of {@link RowBuilder}. Believes no length that the message does
 * not have: an {@link IllegalArgumentException} or {@link IndexOutOfBoundsException} says so.
 */
final class RowReader {
    private final RecordBatch batch;
    private final ByteBuffer body;
    private int node;
    private int buffer;

    RowReader(RecordBatch batch, ByteBuffer body) {
        this.batch = batch;
        this.body = body;
        if (batch.length() != 1 || batch.compression() != null) {
            throw new IllegalArgumentException("a piece of " + batch.length() + " rows");
        }
    }

    int number() {
        node(1);
        return values(1, Integer.BYTES).getInt();
    }

    /** The numbers of a list that must have {@code count}. */
    ByteBuffer list(int count, int width) {
        ByteBuffer values = list(width);
        if (values.remaining() != (long) count * width) {
            throw new IllegalArgumentException(
                    "column " + node + " has " + values.remaining() / width + " values, expected " + count);
        }
        return values;
    }

    /** The numbers of a list of any length. */
    ByteBuffer list(int width) {
        node(1);
        int count = offsets();
        node(count);
        return values(count, width);
    }

    /** The numbers of a list that must have {@code count} vectors of {@code size}. */
    ByteBuffer vectors(int count, int size, int width) {
        node(1);
        if (offsets() != count) {
            throw new IllegalArgumentException("column " + node + " does not have " + count + " vectors");
        }
        node(count);
        node(Math.multiplyExact(count, size));
        return values(Math.multiplyExact(count, size), width);
    }

    /** Whether the next column is a list that there is not; if so it is behind us. */
    boolean missing() {
        if (batch.nodes(node).nullCount() == 0) {
            return false;
        }
        node += 2;
        buffer += 4;
        return true;
    }

    /** A list's begin and end. */
    private int offsets() {
        ByteBuffer offsets = values(2, Integer.BYTES);
        if (offsets.getInt() != 0) {
            throw new IllegalArgumentException("column " + node + " does not begin with its first value");
        }
        return offsets.getInt();
    }

    private void node(int values) {
        if (batch.nodes(node).length() != values || batch.nodes(node).nullCount() != 0) {
            throw new IllegalArgumentException("column " + node + " does not have " + values + " values");
        }
        node++;
        buffer++; // validity, of no use where nothing is null
    }

    private ByteBuffer values(int count, int width) {
        Buffer place = batch.buffers(buffer++);
        int bytes = Math.multiplyExact(count, width);
        if (place.length() < bytes) {
            throw new IllegalArgumentException("column " + node + " has " + place.length() + " bytes for " + count);
        }
        return body.slice(Math.toIntExact(place.offset()), bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
