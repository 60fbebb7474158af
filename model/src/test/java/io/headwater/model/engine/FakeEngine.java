/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.kvcache.Rebasing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/**
 * A step engine whose logits are random numbers of a sequence's tokens so far: any token in the wrong place, left out or read twice gives others.
 * It keeps what each step carried.
 */
public final class FakeEngine implements StepEngine {
    private final int contextLength;
    private final int vocabSize;
    private final int maxRows;
    private final int maxLogitsRows;
    private final StepBatch step;
    private final float[] logits;
    private final Map<Sequence, List<Integer>> tokens = new HashMap<>();
    private final List<List<Integer>> steps = new ArrayList<>();
    private String failure = "";
    private int poison = -1;
    private int broken = -1;
    private long refused = -1;
    private int mostOpen = Integer.MAX_VALUE;
    private List<KvRoom> rooms = List.of();
    private Runnable duringStep = () -> {};

    public FakeEngine(int contextLength, int vocabSize, int maxRows, int maxLogitsRows) {
        this.contextLength = contextLength;
        this.vocabSize = vocabSize;
        this.maxRows = maxRows;
        this.maxLogitsRows = maxLogitsRows;
        this.step = new StepBatch(maxRows, maxLogitsRows);
        this.logits = new float[maxLogitsRows * vocabSize];
    }

    /** Rows of each run, step by step. */
    public List<List<Integer>> steps() {
        return steps;
    }

    /** Sequences that are open. */
    public int open() {
        return tokens.size();
    }

    /** The next step fails. */
    public void failNext(String message) {
        failure = message;
    }

    /** A row whose newest token is this one gives no numbers. */
    public void poison(int token) {
        poison = token;
    }

    /** A run with this token fails. */
    public void breakRunsOf(int token) {
        broken = token;
    }

    /** A sequence has no memory while more than so many are open. */
    public void refuse(long sequence, int open) {
        refused = sequence;
        mostOpen = open;
    }

    /** Its memory has a limit that is known, of which nothing is used; before its loop begins. */
    public void limit(long bytes) {
        rooms = List.of(new KvRoom() {
            @Override
            public long limitBytes() {
                return bytes;
            }

            @Override
            public long usedBytes() {
                return 0;
            }

            @Override
            public long leastBytes(int entries) {
                return entries;
            }
        });
    }

    @Override
    public List<KvRoom> kvRooms() {
        return rooms;
    }

    /** Runs inside each step. */
    public void duringStep(Runnable action) {
        duringStep = action;
    }

    @Override
    public int contextLength() {
        return contextLength;
    }

    @Override
    public int vocabSize() {
        return vocabSize;
    }

    @Override
    public int maxRows() {
        return maxRows;
    }

    @Override
    public int maxLogitsRows() {
        return maxLogitsRows;
    }

    /** A model of one head in one layer. */
    @Override
    public String unfit(KvOptions options) {
        return options.policy().unfit(1, 1);
    }

    @Override
    public Sequence open(long id, KvOptions options) {
        Sequence sequence = new Sequence(id, options, Rebasing.of(options, contextLength()), List.of(), 1);
        tokens.put(sequence, new ArrayList<>());
        return sequence;
    }

    @Override
    public void close(Sequence sequence) {
        if (tokens.remove(sequence) == null) {
            throw new AssertionError("closed twice");
        }
    }

    @Override
    public StepBatch nextStep() {
        step.clear();
        return step;
    }

    @Override
    public void run(StepBatch batch) throws EngineException {
        duringStep.run();
        if (!failure.isEmpty()) {
            String message = failure;
            failure = "";
            throw new EngineException(message);
        }
        for (int run = 0; run < batch.runs(); run++) {
            if (batch.sequence(run).id() == refused && tokens.size() > mostOpen) {
                throw new NoKvMemoryException(run, "no KV memory");
            }
        }
        List<Integer> rows = new ArrayList<>();
        for (int run = 0; run < batch.runs(); run++) {
            rows.add(batch.rowsOf(run));
            run(batch, run);
            for (int row = batch.firstRow(run); row < batch.firstRow(run + 1); row++) {
                if (batch.token(row) == broken) {
                    batch.fail(run, "token " + broken + " broke");
                }
            }
        }
        steps.add(rows);
    }

    private void run(StepBatch batch, int run) {
        Sequence sequence = batch.sequence(run);
        List<Integer> known = Objects.requireNonNull(tokens.get(sequence), "a closed sequence");
        if (known.size() != sequence.position()) {
            throw new AssertionError("position " + sequence.position() + " of " + known.size() + " tokens");
        }
        int firstWantedRow = batch.rowsOf(run) - batch.wantedOf(run);
        for (int row = 0; row < batch.rowsOf(run); row++) {
            known.add(batch.token(batch.firstRow(run) + row));
            if (row >= firstWantedRow) {
                fill(known, batch.firstWanted(run) + row - firstWantedRow);
            }
        }
        if (known.size() > contextLength) {
            throw new AssertionError(known.size() + " tokens in a context of " + contextLength);
        }
        if (batch.changesBudgets()) {
            sequence.budget(batch.inForce(run));
        }
        sequence.advance(batch.rowsOf(run));
    }

    private void fill(List<Integer> known, int index) {
        Random random = new Random(known.hashCode());
        for (int i = 0; i < vocabSize; i++) {
            logits[index * vocabSize + i] = known.getLast() == poison ? Float.NaN : (float) random.nextGaussian();
        }
    }

    @Override
    public float[] logits() {
        return logits;
    }

    @Override
    public EngineStatistics statistics() {
        return new EngineStatistics(steps.size(), 0, 0, 0, 0, 0, 0, 0, "fake");
    }
}
