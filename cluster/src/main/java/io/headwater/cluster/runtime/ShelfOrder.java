/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.saved.CacheShelf.Saved;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/** What the leader has every node do with its part of a session's cache, between two steps; a message of the step stream. */
sealed interface ShelfOrder {
    /** The session, as it is known on the shelf. */
    long session();

    /** The sequence, as steps name it; 0 where there is none. */
    long sequence();

    /** Writes it. */
    record Save(long session, long sequence, Saved as) implements ShelfOrder {}

    /** Opens it from files; all nodes do, or none. */
    record Restore(long session, long sequence, KvOptions kv, int budget, Saved from) implements ShelfOrder {}

    /** Throws one away. */
    record Drop(long session, Saved saved) implements ShelfOrder {
        @Override
        public long sequence() {
            return 0;
        }
    }

    /** Throws all away. */
    record DropAll(long session) implements ShelfOrder {
        @Override
        public long sequence() {
            return 0;
        }
    }

    /** Rows that it takes. */
    default int rows() {
        return ByteRows.count(OrderBytes.count(this));
    }

    default void add(StepRows rows) {
        ByteBuffer bytes = ByteBuffer.allocate(OrderBytes.count(this));
        OrderBytes.put(this, bytes);
        ByteRows.add(sequence(), bytes.flip(), StepRows.SHELF, rows);
    }

    /** The order in a message that holds nothing else. */
    static ShelfOrder read(StepRows rows) throws StepStreamException {
        long sequence = rows.sequence(0);
        try {
            return OrderBytes.get(ByteRows.read(rows, 0), sequence);
        } catch (BufferUnderflowException e) {
            throw new StepStreamException("an order about the files of sequence " + sequence
                    + " is cut short: the leader's program differs from this one");
        }
    }
}
