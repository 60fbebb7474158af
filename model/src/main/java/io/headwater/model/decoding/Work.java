/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.decoding.DecodeEvent.Ended;
import io.headwater.model.decoding.DecodeEvent.SequenceFigures;
import io.headwater.model.engine.StepBatch;

/** One request at work: which rows it wants in a step, and what it makes of their logits. Owned by the decode loop. */
sealed interface Work permits Answering, Scoring {
    SessionCache cache();

    /** Whether it wants a single row in every step, now; otherwise it reads known tokens, as many as fit. */
    boolean decoding();

    /** Adds rows to a step, at most so many, and returns how many: 0 where not even one fits. */
    int add(StepBatch step, int most);

    /**
     * Takes what the step gave for its run.
     *
     * @throws io.headwater.model.sampling.BrokenLogitsException where no token can be chosen
     */
    void take(StepBatch step, int run, LogitRows logits);

    /** The request as it would be handed in again now, with what has been told. */
    DecodeRequest resumed();

    /** Whether nothing is left to do. */
    boolean over();

    /** Ends it where it is; not called when it is over. */
    void cancel();

    /** Whether the cache stays for the session's next request. */
    boolean keeps();

    /** What is told when it is over. */
    Ended ended(SequenceFigures figures);
}
