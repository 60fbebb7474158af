/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.llama.LlamaConfig;
import io.headwater.tensors.memory.Refusal;

/** What must hold of a step before it is run: its tokens, positions and change points are possible, and there is memory for its entries. One thread. */
final class StepCheck {
    private final StepBatch batch;
    private final int vocabSize;
    private final int dim;
    private final int contextLength;
    private long checks;

    /** {@code batch}: the only one that is run. */
    StepCheck(StepBatch batch, LlamaConfig config, int contextLength) {
        this.batch = batch;
        this.vocabSize = config.vocabSize();
        this.dim = config.dim();
        this.contextLength = contextLength;
    }

    /** Tokens [from, to) of an array, which need not fit into one step. */
    void tokens(Sequence sequence, int[] tokens, int from, int to) throws EngineException {
        if (from >= to) {
            throw new EngineException("no tokens to decode: give at least one");
        }
        checkRoom(sequence, to - from);
        for (int i = from; i < to; i++) {
            checkToken(tokens[i]);
        }
    }

    private void checkRoom(Sequence sequence, int count) throws EngineException {
        if ((long) sequence.rotaryPosition() + count > contextLength) {
            throw new EngineException("position " + sequence.rotaryPosition() + " + " + count
                    + " tokens exceed the context of " + contextLength + ": shorten the prompt or raise --context");
        }
    }

    /** Positions can start anew at a change point only. */
    private static void checkRebasing(StepBatch step, int run) throws EngineException {
        Sequence sequence = step.sequence(run);
        int after = step.tokensAfter(run);
        boolean ends = step.changesAfter(run) || step.endsStage();
        if (step.rowsOf(run) > 0 && sequence.rebasing().due(after) && !ends) {
            throw new EngineException("sequence " + sequence.id() + " is re-based after " + after
                    + " tokens, where no change point is: steps end at change points");
        }
    }

    private static void checkRepeat(StepBatch step, int run) throws EngineException {
        Sequence sequence = step.sequence(run);
        if (!sequence.options().policy().reconstructs() || step.changesAfter(run)) {
            throw new EngineException("sequence " + sequence.id() + ": its policy has no reconstruction, or the step"
                    + " ends at a change point too: a reconstruction comes before a change");
        }
        if (sequence.repeated() + step.rowsOf(run) > KvOptions.REPEATED) {
            throw new EngineException("sequence " + sequence.id() + ": a part of a reconstruction has at most "
                    + KvOptions.REPEATED + " tokens");
        }
    }

    /** Rows of a stage follow each other and end where it does; only the last stage's last row is sure to be the prompt's last token. */
    private void checkStaged(StepBatch step) throws EngineException {
        Sequence sequence = step.sequence(0);
        StagedSegment segment = sequence.segment();
        int rows = segment.done() + step.rows();
        boolean ends = step.endsStage() || step.changesAfter(0);
        if (segment.first()) {
            checkRoom(sequence, rows);
            sequence.checkChange(rows);
            checkRebasing(step, 0);
        } else if (rows > segment.rows() || ends != (rows == segment.rows())) {
            throw new EngineException("sequence " + sequence.id() + ": " + rows + " rows of a stage of "
                    + segment.rows() + ", which " + (ends ? "ends" : "goes on") + ": a stage ends with its last row");
        }
        if (step.wantedRows() > (step.changesAfter(0) ? 1 : 0)) {
            throw new EngineException("sequence " + sequence.id()
                    + ": logits are wanted of rows that are not the last of a prompt read by stages");
        }
    }

    private void checkToken(int token) throws EngineException {
        if (token < 0 || token >= vocabSize) {
            throw new EngineException("token " + token + " is not in the vocabulary of " + vocabSize + " entries");
        }
    }

    /** As {@link EngineGroup#prepare}. */
    void prepare(StepBatch step) throws EngineException {
        if (step != batch) {
            throw new IllegalArgumentException("a batch of another engine: fill the one of nextStep()");
        }
        if (step.runs() == 0) {
            throw new EngineException("no tokens to decode: give at least one");
        }
        checks++;
        for (int run = 0; run < step.runs(); run++) {
            if (!step.sequence(run).join(checks)) {
                throw new EngineException(
                        "sequence " + step.sequence(run).id() + " is in the step twice: give its rows in one run");
            }
            if (step.staged()) {
                checkStaged(step);
                continue;
            }
            checkRoom(step.sequence(run), step.rowsOf(run));
            if (step.sequence(run).staging()) {
                throw new EngineException("sequence " + step.sequence(run).id()
                        + " is in the middle of a prompt that it reads by stages: read its last stage first");
            }
            if (step.repeats(run)) {
                checkRepeat(step, run);
            } else if (step.sequence(run).repeated() > 0) {
                throw new EngineException("sequence " + step.sequence(run).id()
                        + " is in the middle of a reconstruction: end it with a run that rewinds");
            } else {
                step.sequence(run).checkChange(step.rowsOf(run));
                checkRebasing(step, run);
            }
        }
        for (int row = 0; row < step.rows(); row++) {
            checkToken(step.token(row));
        }
        for (int run = 0; run < step.runs(); run++) {
            if (step.rowsOf(run) > 0) { // without rows it only gives
                reserve(step, run);
            }
        }
    }

    private void reserve(StepBatch step, int run) throws NoKvMemoryException {
        Sequence sequence = step.sequence(run);
        int rows = step.rowsOf(run);
        int refusal = step.staged() ? sequence.reserveStage(rows, dim) : sequence.reserve(rows);
        if (refusal < 0) {
            giveBack(step);
            throw new NoKvMemoryException(
                    run,
                    "no KV memory for " + step.rowsOf(run) + " more tokens at position " + sequence.position() + ": "
                            + Refusal.describe(refusal));
        }
    }

    /** As {@link EngineGroup#giveBack}. */
    static void giveBack(StepBatch step) {
        for (int run = 0; run < step.runs(); run++) {
            if (step.rowsOf(run) > 0) {
                step.sequence(run).trim();
            }
        }
    }
}
