/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import io.headwater.model.engine.Sequence;
import io.headwater.model.engine.StepBatch;
import io.headwater.model.engine.StepEngine;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A follower's copy of the leader's sequences. One is opened when its position 0 is first seen, and closed when the leader says so; every
 * position must be the next one, so that a lost or repeated step can never become a wrong token. Owned by the engine thread.
 */
final class FollowedSequences {
    private final StepEngine engine;
    private final Long2ObjectHashMap<Sequence> open = new Long2ObjectHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private final int[] run;

    FollowedSequences(StepEngine engine) {
        this.engine = engine;
        this.run = new int[engine.maxRows()];
    }

    /** Does a message's closes, then fills the engine's next step with its rows; an empty batch if it has none. */
    StepBatch apply(StepRows rows) throws StepStreamException {
        StepBatch batch = engine.nextStep();
        int row = 0;
        while (row < rows.count() && rows.closes(row)) {
            close(rows.sequence(row));
            row++;
        }
        while (row < rows.count()) {
            row = addRun(rows, row, batch);
        }
        return batch;
    }

    /** Wherever it is: after a step that failed at one shard only the shards' positions differ, and the sequence is of no use any more. */
    private void close(long id) throws StepStreamException {
        Sequence closed = open.remove(id);
        if (closed == null) {
            throw new StepStreamException("sequence " + id + " is to be closed and not open here: a step is missing");
        }
        engine.close(closed);
        count.setRelease(open.size());
    }

    /** Returns the row after the run. */
    private int addRun(StepRows rows, int first, StepBatch batch) throws StepStreamException {
        Sequence sequence = sequence(rows.sequence(first), rows.position(first));
        int wanted = 0;
        int row = first;
        do {
            if (rows.closes(row) || row - first == batch.room() || (wanted > 0 && !rows.wanted(row))) {
                throw new StepStreamException("row " + row + " of a step of sequence " + sequence.id()
                        + " is out of place: the leader's program differs from this one");
            }
            run[row - first] = rows.token(row);
            wanted += rows.wanted(row) ? 1 : 0;
            row++;
        } while (row < rows.count() && rows.goesOn(row));
        if (wanted > batch.logitsRoom()) {
            throw new StepStreamException(
                    "logits are wanted of more rows than a step has room for: the leader's --chunk differs");
        }
        batch.add(sequence, run, 0, row - first, wanted);
        return row;
    }

    private Sequence sequence(long id, int position) throws StepStreamException {
        Sequence known = open.get(id);
        if (known == null && position == 0) {
            Sequence opened = engine.open(id);
            open.put(id, opened);
            count.setRelease(open.size());
            return opened;
        }
        return check(id, known, position);
    }

    private static Sequence check(long id, @Nullable Sequence known, int position) throws StepStreamException {
        if (known == null) {
            throw new StepStreamException("sequence " + id + " is at position " + position
                    + " of the leader and not open here: a step is missing");
        }
        if (known.position() != position) {
            throw new StepStreamException("sequence " + id + " is at position " + position + " of the leader, at "
                    + known.position() + " here: a step is missing or failed here");
        }
        return known;
    }

    /** Sequences that are open; any thread. */
    int count() {
        return count.getAcquire();
    }

    /** Frees all caches, after the last step. */
    void closeAll() {
        open.values().forEach(engine::close);
        open.clear();
        count.setRelease(0);
    }
}
