/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.model.kvcache.KvOptions;
import java.util.List;

/**
 * What runs steps: all shards of a plan in this process, or one whose others run elsewhere. All methods belong to one thread, the
 * decode loop's.
 */
public interface StepEngine {
    /** Positions that a sequence may have. */
    int contextLength();

    int vocabSize();

    /** Most rows of one step. */
    int maxRows();

    /** Most rows of one step that logits may be wanted of. */
    int maxLogitsRows();

    /** What keeps a sequence from being opened with such options on this model, in a line for the user; empty if nothing. */
    String unfit(KvOptions options);

    /** An empty sequence whose cache is kept as the options say; the id is the caller's, for messages. */
    Sequence open(long id, KvOptions options);

    /** An empty sequence with a full cache. */
    default Sequence open(long id) {
        return open(id, KvOptions.NONE);
    }

    /** The memory of each of its nodes; none, as by default, where the decode loop does not know of it, and takes what there is. */
    default List<KvRoom> kvRooms() {
        return List.of();
    }

    /** Frees a sequence's cache, on every shard. */
    void close(Sequence sequence);

    /** The one batch of this engine, emptied: the next step in the making. */
    StepBatch nextStep();

    /**
     * Runs the batch; afterwards every sequence in it has advanced by its rows and {@link #logits} are those that were wanted, but for runs with a
     * {@link StepBatch#failure}: their numbers are broken, at all shards alike.
     *
     * @throws NoKvMemoryException if a run has no room: nothing has happened
     * @throws EngineException if the step failed; its sequences are of no use any more, and after one that says so neither is the engine
     */
    void run(StepBatch batch) throws EngineException;

    /** Raw logits {@code [wanted rows of the last step, vocabSize]}, in the order of their rows; valid until the next step. */
    float[] logits();

    EngineStatistics statistics();
}
