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
    private final FollowedSequences followed;

    Follower(EngineGroup group, StepReceiver receiver) {
        this.group = group;
        this.receiver = receiver;
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

    /** A step whose numbers are broken here is so at the leader too, or its next position will not fit; one that cannot begin ends the epoch. */
    private void step(StepBatch batch) throws EngineException {
        if (batch.rows() == 0) {
            return;
        }
        group.prepare(batch);
        try {
            group.run(batch);
        } catch (EngineException e) {
            if (group.stopped()) {
                throw e;
            }
            LOG.warn("a step failed at this shard: {}", e.getMessage());
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
