/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import io.headwater.model.engine.EngineGroup;
import io.headwater.model.engine.NoKvMemoryException;
import io.headwater.model.engine.Sequence;
import io.headwater.model.saved.FileProgress;
import io.headwater.model.saved.SnapshotFiles;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node's part of sessions' caches in files, or none: does what the leader orders. Owned by the engine thread. */
final class NodeShelf {
    private static final Logger LOG = LoggerFactory.getLogger(NodeShelf.class);
    static final NodeShelf NONE = new NodeShelf(null);

    private final @Nullable SnapshotFiles files;

    private NodeShelf(@Nullable SnapshotFiles files) {
        this.files = files;
    }

    /** A folder that cannot be used is said; {@code progress} hears of files that are written or read. */
    static NodeShelf open(Optional<ShelfOptions> options, EngineGroup group, FileProgress progress) {
        if (options.isEmpty()) {
            return NONE;
        }
        ShelfOptions asked = options.get();
        try {
            return new NodeShelf(SnapshotFiles.open(
                    group, asked.model(), asked.folder(), asked.mostBytes(), line -> LOG.warn("{}", line), progress));
        } catch (IOException e) {
            LOG.warn("caches of sessions are not kept in files: {} cannot be used: {}", asked.folder(), e.toString());
            return NONE;
        }
    }

    /** Whether there is a folder. */
    boolean keeps() {
        return files != null;
    }

    /** What there is in it; only where there is one. */
    SnapshotFiles files() {
        SnapshotFiles open = files;
        if (open == null) {
            throw new IllegalStateException("no folder for caches here: nobody may ask for files");
        }
        return open;
    }

    /** How a node has come off with its part of a cache; of several nodes the highest number counts. */
    enum Outcome {
        DONE(0),
        NO_ROOM(1),
        UNUSABLE(2);

        /** On the wire. */
        final int number;

        Outcome(int number) {
            this.number = number;
        }

        static Outcome of(int number) {
            return number == DONE.number ? DONE : number == NO_ROOM.number ? NO_ROOM : UNUSABLE;
        }
    }

    /** What came of it; {@code sequence} is there if it is done. */
    record Restored(Outcome outcome, @Nullable Sequence sequence) {
        /** Where others have come off worse. */
        void close() {
            if (sequence != null) {
                sequence.close();
            }
        }
    }

    /** This node's part of a cache from its files. */
    Restored restore(ShelfOrder.Restore order) {
        SnapshotFiles open = files;
        if (open == null) {
            return new Restored(Outcome.UNUSABLE, null);
        }
        try {
            return open.read(order.sequence(), order.session(), order.kv(), order.budget(), order.from())
                    .map(sequence -> new Restored(Outcome.DONE, sequence))
                    .orElseGet(() -> new Restored(Outcome.UNUSABLE, null));
        } catch (NoKvMemoryException _) {
            return new Restored(Outcome.NO_ROOM, null);
        }
    }

    /** Writes this node's part of a cache. */
    Outcome save(ShelfOrder.Save order, Sequence sequence) {
        SnapshotFiles open = files;
        return open != null && open.write(order.session(), sequence, order.as()) ? Outcome.DONE : Outcome.UNUSABLE;
    }

    /** All nodes have written; what not all could is of no use to anybody. */
    void saved(ShelfOrder.Save order, Outcome all) {
        if (all != Outcome.DONE) {
            drop(new ShelfOrder.Drop(order.session(), order.as()));
        }
    }

    void drop(ShelfOrder.Drop order) {
        SnapshotFiles open = files;
        if (open != null) {
            open.drop(order.session(), order.saved());
        }
    }

    void drop(ShelfOrder.DropAll order) {
        SnapshotFiles open = files;
        if (open != null) {
            open.drop(order.session());
        }
    }
}
