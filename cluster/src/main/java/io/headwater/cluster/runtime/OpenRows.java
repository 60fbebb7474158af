/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import io.headwater.compression.KvPolicy;
import io.headwater.compression.PolicyException;
import io.headwater.model.kvcache.KvOptions;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * How a sequence's cache is kept, as rows of the step stream: budget, interval, prefill limit, then the length and the bytes of the policy's
 * canonical text, eight bytes a row in the columns of position and token. A sequence that no such rows announce has a full cache.
 */
final class OpenRows {
    private static final int ROW_BYTES = 2 * Integer.BYTES;
    private static final int HEADER_BYTES = 4 * Integer.BYTES;

    private OpenRows() {}

    /** Rows that the options take. */
    static int count(KvOptions options) {
        return rows(options.policy().text().length());
    }

    private static int rows(int textBytes) {
        return (HEADER_BYTES + textBytes + ROW_BYTES - 1) / ROW_BYTES;
    }

    static void add(long sequence, KvOptions options, StepRows rows) {
        byte[] text = options.policy().text().getBytes(StandardCharsets.US_ASCII);
        ByteBuffer bytes = ByteBuffer.allocate(rows(text.length) * ROW_BYTES);
        bytes.putInt(options.budget())
                .putInt(options.interval())
                .putInt(options.prefillLimit())
                .putInt(text.length)
                .put(text)
                .rewind();
        while (bytes.hasRemaining()) {
            rows.add(sequence, bytes.getInt(), bytes.getInt(), StepRows.OPEN);
        }
    }

    /** The options in a message that begins at a row and holds nothing else. */
    static KvOptions read(StepRows rows, int first) throws StepStreamException {
        ByteBuffer bytes = ByteBuffer.allocate((rows.count() - first) * ROW_BYTES);
        for (int row = first; row < rows.count(); row++) {
            if (!rows.opens(row) || rows.sequence(row) != rows.sequence(first)) {
                throw new StepStreamException("row " + row + " stands among those that open sequence "
                        + rows.sequence(first) + ": the leader's program differs from this one");
            }
            bytes.putInt(rows.position(row)).putInt(rows.token(row));
        }
        return options(bytes.flip(), rows.sequence(first));
    }

    private static KvOptions options(ByteBuffer bytes, long sequence) throws StepStreamException {
        try {
            int budget = bytes.getInt();
            int interval = bytes.getInt();
            int prefillLimit = bytes.getInt();
            byte[] text = new byte[Math.clamp(bytes.getInt(), 0, bytes.remaining())];
            bytes.get(text);
            KvPolicy policy = KvPolicy.parse(new String(text, StandardCharsets.US_ASCII));
            return new KvOptions(policy, budget, interval, prefillLimit);
        } catch (PolicyException | IllegalArgumentException | BufferUnderflowException e) {
            throw new StepStreamException("sequence " + sequence + " is to be opened as this program does not know: "
                    + e.getMessage() + ": the leader's program differs from this one");
        }
    }
}
