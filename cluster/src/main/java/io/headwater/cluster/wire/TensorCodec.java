/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.wire;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Messages of one schema: header, Arrow record batch, nothing else. Knows how many rows fit, keeps the constant metadata of each number
 * of rows, tells a message from garbage. Any thread; allocates when a number of rows is seen for the first time, else nothing.
 */
public final class TensorCodec {
    private final FlatSchema schema;
    private final AtomicReferenceArray<BatchTemplate> templates;
    private final int prefixLength;
    private final int countAt;

    /** @param maxMessageLength of a message with its header, whoever made it: the largest fragment there is */
    public TensorCodec(FlatSchema schema, int maxMessageLength) {
        this.schema = schema;
        BatchTemplate one = BatchTemplate.of(schema, 1);
        this.prefixLength = one.prefixLength();
        this.countAt = countAt(one, BatchTemplate.of(schema, 2), BatchTemplate.of(schema, 3));
        this.templates = new AtomicReferenceArray<>(maxCount(maxMessageLength) + 1);
    }

    /** Where the metadata says the number of rows. Any such place will do: a receiver compares all of the metadata after it has looked. */
    private static int countAt(BatchTemplate one, BatchTemplate two, BatchTemplate three) {
        for (int i = 0; i < one.prefixLength(); i += Long.BYTES) {
            if (one.prefixLong(i) == 1 && two.prefixLong(i) == 2 && three.prefixLong(i) == 3) {
                return i;
            }
        }
        throw new IllegalStateException("Arrow's metadata has no aligned number of rows: another version of Arrow");
    }

    public FlatSchema schema() {
        return schema;
    }

    /** Rows that fit a message of this length with its header; 0 if none. */
    public int maxCount(int messageLength) {
        long room = (long) messageLength - MessageHeader.LENGTH - prefixLength;
        int low = 0;
        int high = (int) Math.max(0, room);
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (schema.bodyLength(middle) <= room) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** Length of a message of {@code count} rows with its header. */
    public int length(int count) {
        return (int) (MessageHeader.LENGTH + prefixLength + schema.bodyLength(count));
    }

    /** Writes the metadata behind a header that begins at {@code index}; zeros the gaps between columns. */
    public void putMetadata(MutableDirectBuffer buffer, int index, int count) {
        BatchTemplate template = template(count);
        template.putPrefix(buffer, index + MessageHeader.LENGTH);
        int body = index + MessageHeader.LENGTH + prefixLength;
        for (int column = 0; column < schema.columns().size(); column++) {
            int end = template.columnOffset(column)
                    + schema.columns().get(column).type().widthBytes() * count;
            buffer.setMemory(body + end, -end & 7, (byte) 0);
        }
    }

    /**
     * Rows of a message, or −1 if it is not exactly what {@link #putMetadata} makes for some number of rows up to {@code most}. Reads nothing outside the
     * given length.
     */
    public int count(DirectBuffer buffer, int index, int length, int most) {
        if (length < MessageHeader.LENGTH + prefixLength) {
            return -1;
        }
        long count = buffer.getLong(index + MessageHeader.LENGTH + countAt);
        if (count < 1 || count > most || count >= templates.length() || length((int) count) != length) {
            return -1;
        }
        return template((int) count).prefixEquals(buffer, index + MessageHeader.LENGTH) ? (int) count : -1;
    }

    /** Where the values of a column begin in a message of {@code count} rows whose header begins at {@code index}. */
    public int columnAt(int index, int count, int column) {
        return index + MessageHeader.LENGTH + prefixLength + template(count).columnOffset(column);
    }

    private BatchTemplate template(int count) {
        BatchTemplate template = templates.get(count);
        if (template == null) {
            template = BatchTemplate.of(schema, count);
            if (template.prefixLength() != prefixLength || template.bodyLength() != schema.bodyLength(count)) {
                throw new IllegalStateException("count=" + count + " metadata=" + template.prefixLength() + " body="
                        + template.bodyLength() + " expected " + prefixLength + " and " + schema.bodyLength(count)
                        + ": another version of Arrow");
            }
            templates.set(count, template);
        }
        return template;
    }
}
