/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import io.headwater.cluster.runtime.NodeShelf.Outcome;
import io.headwater.cluster.runtime.NodeShelf.Restored;
import io.headwater.model.engine.EngineException;
import io.headwater.model.engine.NoKvMemoryException;
import io.headwater.model.engine.Sequence;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.saved.CacheShelf;
import io.headwater.model.saved.NoShelf;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The plan's shelf as the leader's decode loop sees it: each node writes the heads that it owns, in its own folder or in one that several share, and a cache
 * comes back on all nodes or on none. What there is of a session is what the leader's folder has. Owned by the engine thread.
 */
final class ClusterShelf implements CacheShelf {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterShelf.class);

    private final LeaderEngine engine;
    private final NodeShelf own;

    private ClusterShelf(LeaderEngine engine, NodeShelf own) {
        this.engine = engine;
        this.own = own;
    }

    /** That of a plan; none where a node has no folder. {@code consent} is null where there are no followers. */
    static CacheShelf of(LeaderEngine engine, NodeShelf own, @Nullable KvConsent consent) {
        int keeping = consent == null ? (own.keeps() ? 1 : 0) : consent.keeping();
        int nodes = consent == null ? 1 : consent.nodes();
        if (keeping == nodes) {
            return new ClusterShelf(engine, own);
        }
        if (keeping > 0) {
            LOG.warn(
                    "caches of sessions are not kept in files: only {} of {} nodes have a folder for them: give all one (--data)",
                    keeping,
                    nodes);
        } else {
            LOG.info("caches of sessions are not kept in files: no node has a folder for them (--data)");
        }
        return NoShelf.NONE;
    }

    /** Returns when all nodes have written theirs, or none has: who cannot says so. */
    @Override
    public void save(long session, Sequence sequence, Saved as) {
        ShelfOrder.Save order = new ShelfOrder.Save(session, sequence.id(), as);
        try {
            engine.order(order);
            own.saved(order, engine.outcome(own.save(order, sequence)));
        } catch (EngineException e) {
            LOG.debug("the epoch is over, the next step says why: {}", e.getMessage());
        }
    }

    @Override
    public List<Saved> of(long session) {
        return own.files().of(session);
    }

    @Override
    public Optional<Sequence> restore(long session, KvOptions kv, int budget, Saved saved) throws EngineException {
        ShelfOrder.Restore order = new ShelfOrder.Restore(session, engine.newNumber(), kv, budget, saved);
        if (!engine.carries(order)) {
            return Optional.empty();
        }
        engine.order(order);
        Restored here = own.restore(order);
        boolean done = false;
        try {
            Outcome all = engine.outcome(here.outcome());
            Sequence restored = here.sequence();
            done = all == Outcome.DONE && restored != null;
            return switch (all) {
                case DONE -> Optional.ofNullable(restored).map(engine::add);
                case NO_ROOM ->
                    throw new NoKvMemoryException(
                            0, "no KV memory on every node to restore " + saved.position() + " tokens");
                case UNUSABLE -> {
                    own.drop(new ShelfOrder.Drop(session, saved)); // as all others do
                    yield Optional.empty();
                }
            };
        } finally {
            if (!done) {
                here.close();
            }
        }
    }

    @Override
    public void drop(long session, Saved saved) {
        ShelfOrder.Drop order = new ShelfOrder.Drop(session, saved);
        tell(order);
        own.drop(order);
    }

    @Override
    public void drop(long session) {
        if (!of(session).isEmpty()) { // most sessions that are over have nothing there
            ShelfOrder.DropAll order = new ShelfOrder.DropAll(session);
            tell(order);
            own.drop(order);
        }
    }

    private void tell(ShelfOrder order) {
        try {
            engine.order(order);
        } catch (EngineException e) {
            LOG.debug("the epoch is over, the next step says why: {}", e.getMessage());
        }
    }
}
