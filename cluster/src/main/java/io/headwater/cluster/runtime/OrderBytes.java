/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import io.headwater.cluster.runtime.ShelfOrder.Drop;
import io.headwater.cluster.runtime.ShelfOrder.DropAll;
import io.headwater.cluster.runtime.ShelfOrder.Restore;
import io.headwater.cluster.runtime.ShelfOrder.Save;
import io.headwater.model.saved.CacheShelf.Saved;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/** Orders about caches in files as bytes: which one, the session, then what it has besides. */
final class OrderBytes {
    private static final int SAVE = 1;
    private static final int RESTORE = 2;
    private static final int DROP = 3;
    private static final int DROP_ALL = 4;

    private static final int DIGEST_BYTES = 16;
    private static final int BEGIN_BYTES = Integer.BYTES + Long.BYTES;
    private static final int SAVED_BYTES = Integer.BYTES + DIGEST_BYTES;

    private OrderBytes() {}

    static int count(ShelfOrder order) {
        return BEGIN_BYTES
                + switch (order) {
                    case Save _, Drop _ -> SAVED_BYTES;
                    case Restore restore -> SAVED_BYTES + Integer.BYTES + OpenRows.bytes(restore.kv());
                    case DropAll _ -> 0;
                };
    }

    static void put(ShelfOrder order, ByteBuffer bytes) {
        switch (order) {
            case Save save -> put(begin(SAVE, save, bytes), save.as());
            case Restore restore -> {
                put(begin(RESTORE, restore, bytes), restore.from());
                OpenRows.put(restore.kv(), bytes.putInt(restore.budget()));
            }
            case Drop drop -> put(begin(DROP, drop, bytes), drop.saved());
            case DropAll all -> begin(DROP_ALL, all, bytes);
        }
    }

    private static ByteBuffer begin(int kind, ShelfOrder order, ByteBuffer bytes) {
        return bytes.putInt(kind).putLong(order.session());
    }

    private static void put(ByteBuffer bytes, Saved saved) {
        bytes.putInt(saved.position()).put(HexFormat.of().parseHex(saved.digest()));
    }

    static ShelfOrder get(ByteBuffer bytes, long sequence) throws StepStreamException {
        int kind = bytes.getInt();
        long session = bytes.getLong();
        return switch (kind) {
            case SAVE -> new Save(session, sequence, saved(bytes));
            case RESTORE -> {
                Saved from = saved(bytes);
                int budget = bytes.getInt();
                yield new Restore(session, sequence, OpenRows.options(bytes, sequence), budget, from);
            }
            case DROP -> new Drop(session, saved(bytes));
            case DROP_ALL -> new DropAll(session);
            default ->
                throw new StepStreamException("order " + kind
                        + " about a cache's files is unknown here: the leader's program differs from this one");
        };
    }

    private static Saved saved(ByteBuffer bytes) {
        int position = bytes.getInt();
        byte[] digest = new byte[DIGEST_BYTES];
        bytes.get(digest);
        return new Saved(position, HexFormat.of().formatHex(digest));
    }
}
