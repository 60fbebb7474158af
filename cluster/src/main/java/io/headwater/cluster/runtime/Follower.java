/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import io.headwater.cluster.runtime.NodeShelf.Outcome;
import io.headwater.cluster.runtime.NodeShelf.Restored;
import io.headwater.model.engine.EngineException;
import io.headwater.model.engine.EngineGroup;
import io.headwater.model.engine.ExchangeException;
import io.headwater.model.engine.Sequence;
import io.headwater.model.engine.StepBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A follower's engine thread: takes steps off the stream in their order and runs this node's shard of each. */
final class Follower {
    private static final Logger LOG = LoggerFactory.getLogger(Follower.class);
    private final EngineGroup group;
    private final StepReceiver receiver;
    private final KvConsent consent;
    private final NodeShelf shelf;
    private final FollowedSequences followed;

    Follower(EngineGroup group, StepReceiver receiver, KvConsent consent, NodeShelf shelf) {
        this.group = group;
        this.shelf = shelf;
        this.receiver = receiver;
        this.consent = consent;
        this.followed = new FollowedSequences(group);
    }

    /** The engine thread's program. */
    void run(EngineThread thread) throws EngineException, StepStreamException {
        while (!thread.stopping()) {
            if (receive(thread)) {
                StepRows rows = receiver.rows();
                if (rows.shelves(0)) {
                    obey(ShelfOrder.read(rows));
                } else {
                    step(followed.apply(rows));
                }
            }
        }
    }

    /** What is to be done with this node's part of a cache in files. */
    private void obey(ShelfOrder order) throws EngineException, StepStreamException {
        switch (order) {
            case ShelfOrder.Save save -> {
                Sequence sequence = followed.at(save.sequence(), save.as().position());
                shelf.saved(save, outcome(shelf.save(save, sequence)));
            }
            case ShelfOrder.Restore restore -> restore(restore);
            case ShelfOrder.Drop drop -> shelf.drop(drop);
            case ShelfOrder.DropAll all -> shelf.drop(all);
        }
    }

    private void restore(ShelfOrder.Restore order) throws EngineException, StepStreamException {
        Restored here = shelf.restore(order);
        boolean done = false;
        try {
            Outcome all = outcome(here.outcome());
            Sequence restored = here.sequence();
            if (all == Outcome.DONE && restored != null) {
                followed.add(restored);
                done = true;
            } else if (all == Outcome.UNUSABLE) {
                shelf.drop(new ShelfOrder.Drop(order.session(), order.from()));
            }
        } finally {
            if (!done) {
                here.close();
            }
        }
    }

    private Outcome outcome(Outcome own) throws EngineException {
        try {
            return consent.outcome(own);
        } catch (ExchangeException e) {
            throw new EngineException(String.valueOf(e.getMessage()), e);
        }
    }

    private boolean receive(EngineThread thread) throws EngineException, StepStreamException {
        try {
            return receiver.await(thread);
        } catch (ExchangeException e) {
            throw new EngineException(String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * A step that somebody has no KV memory for is not run: the leader sends another. Runs whose numbers are broken are so at the leader too, which closes
     * their sequences; a step that cannot begin or end otherwise ends the epoch.
     */
    private void step(StepBatch batch) throws EngineException {
        if (batch.runs() == 0 || !allHaveRoom(batch)) {
            return;
        }
        group.run(batch);
        for (int run = 0; run < batch.runs(); run++) {
            String failure = batch.failure(run);
            if (failure != null) {
                LOG.warn("sequence {}: {}", batch.sequence(run).id(), failure);
            }
        }
    }

    private boolean allHaveRoom(StepBatch batch) throws EngineException {
        try {
            return consent.answer(group, batch);
        } catch (ExchangeException e) {
            throw new EngineException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Sequences that have a cache here; any thread. */
    int sequences() {
        return followed.count();
    }

    /** After the engine thread's end: frees all caches. */
    void close() {
        followed.closeAll();
    }
}
