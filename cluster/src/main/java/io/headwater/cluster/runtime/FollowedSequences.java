/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import io.headwater.model.engine.Sequence;
import io.headwater.model.engine.StepBatch;
import io.headwater.model.engine.StepEngine;
import io.headwater.model.kvcache.KvOptions;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A follower's copy of the leader's sequences. One is opened when the leader says how its cache is kept, or, with a full cache, when its
 * position 0 is first seen, and closed when the leader says so; every
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
        if (row < rows.count() && rows.opens(row)) {
            open(rows.sequence(row), OpenRows.read(rows, row));
            return batch;
        }
        while (row < rows.count() && rows.changesBudget(row)) {
            changeBudget(rows, row, batch);
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

    private void changeBudget(StepRows rows, int row, StepBatch batch) throws StepStreamException {
        Sequence sequence = check(rows.sequence(row), open.get(rows.sequence(row)), rows.position(row));
        try {
            if (rows.rewindsAfter(row)) {
                batch.addRewind(sequence);
            } else {
                batch.addBudget(sequence, rows.token(row));
            }
        } catch (IllegalArgumentException e) {
            throw new StepStreamException("sequence " + sequence.id() + ": " + e.getMessage()
                    + ": the leader's program differs from this one");
        }
    }

    /** Returns the row after the run. */
    private int addRun(StepRows rows, int first, StepBatch batch) throws StepStreamException {
        Sequence sequence = sequence(rows.sequence(first), rows.position(first));
        int wanted = 0;
        int row = first;
        do {
            if (rows.closes(row)
                    || rows.opens(row)
                    || rows.shelves(row)
                    || rows.changesBudget(row)
                    || batch.changesBudgets()
                    || row - first == batch.room()
                    || (wanted > 0 && !rows.wanted(row))) {
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
        if (rows.staged(first)) {
            addStaged(sequence, row - first, wanted, rows.changesAfter(row - 1), batch);
            return row;
        }
        batch.add(sequence, run, 0, row - first, wanted);
        if (rows.changesAfter(row - 1)) {
            batch.changeAfterLast();
        }
        if (rows.repeats(row - 1)) {
            batch.repeatLast(rows.rewindsAfter(row - 1));
        }
        return row;
    }

    private void addStaged(Sequence sequence, int count, int wanted, boolean ends, StepBatch batch)
            throws StepStreamException {
        try {
            batch.addStaged(sequence, run, 0, count, wanted, ends);
        } catch (IllegalArgumentException e) {
            throw new StepStreamException("sequence " + sequence.id() + ": " + e.getMessage()
                    + ": the leader's program differs from this one");
        }
    }

    private Sequence sequence(long id, int position) throws StepStreamException {
        Sequence known = open.get(id);
        if (known == null && position == 0) {
            return open(id, KvOptions.NONE);
        }
        return check(id, known, position);
    }

    private Sequence open(long id, KvOptions options) throws StepStreamException {
        if (open.containsKey(id)) {
            throw new StepStreamException("sequence " + id + " is to be opened and is open here: a close is missing");
        }
        Sequence opened = engine.open(id, options);
        open.put(id, opened);
        count.setRelease(open.size());
        return opened;
    }

    /** One that is open, and must be there. */
    Sequence at(long id, int position) throws StepStreamException {
        return check(id, open.get(id), position);
    }

    /** One that has come from files, at the leader too. */
    void add(Sequence restored) throws StepStreamException {
        if (open.putIfAbsent(restored.id(), restored) != null) {
            throw new StepStreamException(
                    "sequence " + restored.id() + " has come from files and is open here: a close is missing");
        }
        count.setRelease(open.size());
    }

    private static Sequence check(long id, @Nullable Sequence known, int position) throws StepStreamException {
        if (known == null) {
            throw new StepStreamException("sequence " + id + " is at position " + position
                    + " of the leader and not open here: a step is missing");
        }
        int here = known.position() + known.stagedRows();
        if (here != position) {
            throw new StepStreamException("sequence " + id + " is at position " + position + " of the leader, at "
                    + here + " here: a step is missing or failed here");
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
