/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import org.jspecify.annotations.Nullable;

/**
 * Feeds a text to engines as one sequence with nothing beside it, in as many steps as it takes: for calibrations and for tests, where a decode loop
 * batches what several want. On the engines' thread.
 */
public final class SequenceFeed {
    private final EngineGroup engines;

    public SequenceFeed(EngineGroup engines) {
        this.engines = engines;
    }

    /** Appends tokens [from, to), at least one; afterwards {@link EngineGroup#logits} are those of the last. */
    public void forward(Sequence sequence, int[] tokens, int from, int to) throws EngineException {
        engines.check().tokens(sequence, tokens, from, to);
        for (int at = from; at < to; ) {
            int end = Math.min(to, at + engines.maxRows());
            run(sequence, tokens, at, end, end == to ? 1 : 0);
            at = end;
        }
    }

    /** As the other, and tells the logits of every row, the last one's included. */
    public void forward(Sequence sequence, int[] tokens, int from, int to, LogitsListener everyRow)
            throws EngineException {
        engines.check().tokens(sequence, tokens, from, to);
        float[] logits = engines.logits();
        int vocabSize = engines.vocabSize();
        int rows = 0;
        for (int at = from; at < to; at += rows) {
            rows = Math.min(to - at, engines.maxLogitsRows());
            run(sequence, tokens, at, at + rows, rows);
            for (int row = 0; row < rows; row++) {
                everyRow.row(at - from + row, logits, row * vocabSize);
            }
        }
        System.arraycopy(logits, (rows - 1) * vocabSize, logits, 0, vocabSize);
    }

    /** The batch has one run, which is not the others' affair. */
    private void run(Sequence sequence, int[] tokens, int from, int to, int wantedRows) throws EngineException {
        StepBatch step = engines.nextStep();
        step.add(sequence, tokens, from, to, wantedRows);
        engines.run(step);
        @Nullable String failure = step.failure(0);
        if (failure != null) {
            throw new EngineException(failure);
        }
    }
}
