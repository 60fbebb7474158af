/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import io.headwater.model.engine.EngineException;
import io.headwater.model.engine.EngineGroup;
import io.headwater.model.engine.ExchangeException;
import io.headwater.model.engine.StepBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A follower's engine thread: takes steps off the stream in their order and runs this node's shard of each. */
final class Follower {
    private static final Logger LOG = LoggerFactory.getLogger(Follower.class);
    private final EngineGroup group;
    private final StepReceiver receiver;
    private final KvConsent consent;
    private final FollowedSequences followed;

    Follower(EngineGroup group, StepReceiver receiver, KvConsent consent) {
        this.group = group;
        this.receiver = receiver;
        this.consent = consent;
        this.followed = new FollowedSequences(group);
    }

    /** The engine thread's program. */
    void run(EngineThread thread) throws EngineException, StepStreamException {
        while (!thread.stopping()) {
            if (receive(thread)) {
                step(followed.apply(receiver.rows()));
            }
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
