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
 * canonical text ({@link ByteRows}). A sequence that no such rows announce has a full cache.
 */
final class OpenRows {
    private static final int HEADER_BYTES = 4 * Integer.BYTES;

    private OpenRows() {}

    /** Rows that the options take. */
    static int count(KvOptions options) {
        return ByteRows.count(bytes(options));
    }

    /** Bytes that they are. */
    static int bytes(KvOptions options) {
        return HEADER_BYTES + options.policy().text().length();
    }

    static void add(long sequence, KvOptions options, StepRows rows) {
        ByteBuffer bytes = ByteBuffer.allocate(bytes(options));
        put(options, bytes);
        ByteRows.add(sequence, bytes.flip(), StepRows.OPEN, rows);
    }

    static void put(KvOptions options, ByteBuffer bytes) {
        byte[] text = options.policy().text().getBytes(StandardCharsets.US_ASCII);
        bytes.putInt(options.budget())
                .putInt(options.interval())
                .putInt(options.prefillLimit())
                .putInt(text.length)
                .put(text);
    }

    /** The options in a message that begins at a row and holds nothing else. */
    static KvOptions read(StepRows rows, int first) throws StepStreamException {
        return options(ByteRows.read(rows, first), rows.sequence(first));
    }

    static KvOptions options(ByteBuffer bytes, long sequence) throws StepStreamException {
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
