/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import java.nio.ByteBuffer;

/** Bytes as rows of the step stream: eight a row, in the columns of position and token; the last row is filled up with zeros. */
final class ByteRows {
    private static final int ROW_BYTES = 2 * Integer.BYTES;

    private ByteRows() {}

    /** Rows that so many bytes take. */
    static int count(int bytes) {
        return Math.ceilDiv(bytes, ROW_BYTES);
    }

    static void add(long sequence, ByteBuffer bytes, byte flag, StepRows rows) {
        ByteBuffer whole = ByteBuffer.allocate(count(bytes.remaining()) * ROW_BYTES);
        whole.put(bytes).rewind();
        while (whole.hasRemaining()) {
            rows.add(sequence, whole.getInt(), whole.getInt(), flag);
        }
    }

    /** All rows from one on, which have its flag and its sequence. */
    static ByteBuffer read(StepRows rows, int first) throws StepStreamException {
        ByteBuffer bytes = ByteBuffer.allocate((rows.count() - first) * ROW_BYTES);
        for (int row = first; row < rows.count(); row++) {
            if (rows.flags(row) != rows.flags(first) || rows.sequence(row) != rows.sequence(first)) {
                throw new StepStreamException("row " + row + " stands among those of a message about sequence "
                        + rows.sequence(first) + ": the leader's program differs from this one");
            }
            bytes.putInt(rows.position(row)).putInt(rows.token(row));
        }
        return bytes.flip();
    }
}
