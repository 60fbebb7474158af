/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import io.headwater.cluster.runtime.NodeShelf.Outcome;
import io.headwater.model.engine.EngineException;
import io.headwater.model.engine.EngineGroup;
import io.headwater.model.engine.EngineStatistics;
import io.headwater.model.engine.ExchangeException;
import io.headwater.model.engine.KvRoom;
import io.headwater.model.engine.Sequence;
import io.headwater.model.engine.StepBatch;
import io.headwater.model.engine.StepEngine;
import io.headwater.model.kvcache.KvOptions;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.collections.Long2LongHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The plan's engine as the decode loop sees it: tells every step to the followers, then runs the leader's own shard of it. A sequence's close
 * goes with the next step, or alone when there is none. Owned by the engine thread.
 */
final class LeaderEngine implements StepEngine {
    private static final long NOT_TOLD = -1;

    private final EngineGroup group;
    private final StepSender sender;
    /** Null where there are no followers. */
    private final @Nullable KvConsent consent;

    private final StepRows rows;
    /** Sequences that the followers have, 1 each. */
    private final Long2LongHashMap told = new Long2LongHashMap(NOT_TOLD);

    private final AtomicInteger open = new AtomicInteger();
    private volatile boolean running;
    private boolean streamBroken;
    private long opened;

    LeaderEngine(EngineGroup group, StepSender sender, @Nullable KvConsent consent) {
        this.group = group;
        this.sender = sender;
        this.consent = consent;
        this.rows = new StepRows(group.maxRows());
    }

    @Override
    public int contextLength() {
        return group.contextLength();
    }

    @Override
    public int vocabSize() {
        return group.vocabSize();
    }

    @Override
    public int maxRows() {
        return group.maxRows();
    }

    @Override
    public int maxLogitsRows() {
        return group.maxLogitsRows();
    }

    @Override
    public String unfit(KvOptions options) {
        return group.unfit(options);
    }

    @Override
    public List<KvRoom> kvRooms() {
        KvConsent all = consent;
        return all == null ? group.kvRooms() : all.rooms();
    }

    /**
     * Under a number of its own: a cache may outlive its session and go on as another's, while its session begins anew, and the followers know sequences by
     * their numbers.
     */
    @Override
    public Sequence open(long id, KvOptions options) {
        if (OpenRows.count(options) > rows.capacity()) {
            throw new IllegalArgumentException(
                    "the policy's text has " + options.policy().text().length()
                            + " characters, too many for the step stream: leave out what is default");
        }
        Sequence sequence = group.open(++opened, options);
        open.incrementAndGet();
        return sequence;
    }

    /** Never fails: a stream that is broken is told by the next step, and the followers' caches go with their engines. */
    @Override
    public void close(Sequence sequence) {
        open.decrementAndGet();
        if (told.remove(sequence.id()) != NOT_TOLD) {
            rows.addClose(sequence.id(), sequence.position());
        }
        group.close(sequence);
        if (rows.count() == StepRows.MAX_CLOSES) {
            try {
                tellCloses();
            } catch (EngineException e) {
                rows.clear();
            }
        }
    }

    @Override
    public StepBatch nextStep() {
        return group.nextStep();
    }

    /**
     * A step that has no room here is refused before the followers hear of it, one that has none there before anybody begins: neither harms anybody. One that
     * fails after that may have broken the epoch: {@link #broken}.
     */
    @Override
    public void run(StepBatch batch) throws EngineException {
        if (sender.alone()) {
            rows.clear();
        } else {
            group.prepare(batch);
            for (int run = 0; run < batch.runs(); run++) {
                tellOpen(batch.sequence(run));
            }
            rows.add(batch);
            tell();
            ask(batch);
        }
        running = true;
        try {
            group.run(batch);
        } finally {
            running = false;
        }
    }

    /** For a sequence that comes from files. */
    long newNumber() {
        return ++opened;
    }

    /** Whether the step stream can carry it. */
    boolean carries(ShelfOrder order) {
        return order.rows() <= rows.capacity();
    }

    /** Tells the followers what they are to do with a cache's files, after all that came before. */
    void order(ShelfOrder order) throws EngineException {
        if (!sender.alone()) {
            tellCloses();
            order.add(rows);
            tell();
        }
    }

    /** How all nodes have come off with that; waits for them. */
    Outcome outcome(Outcome own) throws EngineException {
        KvConsent all = consent;
        if (all == null) {
            return own;
        }
        running = true;
        try {
            return all.outcome(own);
        } catch (ExchangeException e) {
            streamBroken = true;
            throw new EngineException(String.valueOf(e.getMessage()), e);
        } finally {
            running = false;
        }
    }

    /** One that has come from files, at the followers too. */
    Sequence add(Sequence restored) {
        if (!sender.alone()) {
            told.put(restored.id(), 1);
        }
        open.incrementAndGet();
        return restored;
    }

    private void ask(StepBatch batch) throws EngineException {
        KvConsent all = consent;
        if (all == null) {
            return;
        }
        running = true;
        try {
            all.ask(group, batch);
        } catch (ExchangeException e) {
            streamBroken = true; // who has heard of the step and who has not is not known
            throw new EngineException(String.valueOf(e.getMessage()), e);
        } finally {
            running = false;
        }
    }

    /** The followers open a sequence with its first step; a policy goes before that. */
    private void tellOpen(Sequence sequence) throws EngineException {
        if (told.put(sequence.id(), 1) == NOT_TOLD && !sequence.options().full()) {
            tellCloses();
            OpenRows.add(sequence.id(), sequence.options(), rows);
            tell();
        }
    }

    /** Whether a step is told or runs: links, barriers and exchanges have deadlines of their own. Any thread. */
    boolean running() {
        return running;
    }

    /** Sends the closes that wait for a step, when none follows soon. */
    void tellCloses() throws EngineException {
        if (rows.count() > 0) {
            tell();
        }
    }

    /** What was sent to one follower and not to another cannot be taken back: a stream that has failed once is never used again. */
    private void tell() throws EngineException {
        if (streamBroken) {
            rows.clear();
            throw new EngineException("the stream to the followers is broken: the epoch is over");
        }
        running = true;
        try {
            sender.send(rows);
        } catch (ExchangeException e) {
            streamBroken = true;
            throw new EngineException(String.valueOf(e.getMessage()), e);
        } finally {
            running = false;
            rows.clear();
        }
    }

    /** Whether no further step can be run. */
    boolean broken() {
        return streamBroken || group.stopped();
    }

    /** Sequences that are open; any thread. */
    int sequences() {
        return open.get();
    }

    @Override
    public float[] logits() {
        return group.logits();
    }

    @Override
    public EngineStatistics statistics() {
        return group.statistics();
    }
}
