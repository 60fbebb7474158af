/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import io.headwater.cluster.exchange.PlaneOptions;
import io.headwater.model.engine.Sequence;
import io.headwater.model.engine.StepBatch;

/**
 * One message of the step stream, column by column as it is on the wire: first sequences to close, then the rows of the step, run by run. A step that changes
 * budgets, or ends reconstructions, has a row for each, with the budget as its token. A message without rows of a step only closes, or opens: how a sequence's
 * cache is kept goes in a message of its own before its first step ({@link OpenRows}), and so does what becomes of a cache's files ({@link ShelfOrder}).
 * Reused; allocates nothing after construction.
 */
final class StepRows {
    /** Columns of a message. */
    static final int SEQUENCE = 0;

    static final int POSITION = 1;
    static final int TOKEN = 2;
    static final int FLAGS = 3;

    /** The row's logits are wanted. */
    static final byte WANTED = 1;

    /** The sequence, now at this position, is closed; there is no token. */
    static final byte CLOSE = 2;

    /**
     * After the step of which this is a run's last row, the sequence's heads are brought down to their budgets; of a prompt that is read by stages, its last
     * stage, or else the stage ends and the tokens of the next one are chosen.
     */
    static final byte CHANGE = 4;

    /** Part of how the sequence's cache is kept; there is no token. */
    static final byte OPEN = 8;

    /** Part of what all nodes do with a cache's files: no row is both closed and opened. */
    static final byte SHELF = CLOSE | OPEN;

    /** Of a run that repeats what the sequence has read, for a reconstruction. */
    static final byte REPEAT = 16;

    /** After the step of which this is a run's last row, the sequence is where it was before it began to repeat. */
    static final byte REWIND = 32;

    /**
     * A row for a run without rows: the token is the budget that the sequence, at this position, is brought down to from here on; with {@link #REWIND} it only
     * is where it was before it began to repeat.
     */
    static final byte BUDGET = 64;

    /**
     * Of a prompt that the sequence reads by stages: the position counts the rows of the stage from where the prompt begins, and but for the first stage's the
     * token has no meaning.
     */
    static final byte STAGED = (byte) 128;

    /** Closes that one message takes. */
    static final int MAX_CLOSES = PlaneOptions.ROWS_BESIDE_A_STEP;

    private final long[] sequences;
    private final int[] positions;
    private final int[] tokens;
    private final byte[] flags;
    private int count;

    StepRows(int maxRows) {
        sequences = new long[maxRows + MAX_CLOSES];
        positions = new int[maxRows + MAX_CLOSES];
        tokens = new int[maxRows + MAX_CLOSES];
        flags = new byte[maxRows + MAX_CLOSES];
    }

    int capacity() {
        return sequences.length;
    }

    int count() {
        return count;
    }

    void clear() {
        count = 0;
    }

    long sequence(int row) {
        return sequences[row];
    }

    int position(int row) {
        return positions[row];
    }

    int token(int row) {
        return tokens[row];
    }

    byte flags(int row) {
        return flags[row];
    }

    boolean closes(int row) {
        return (flags[row] & SHELF) == CLOSE;
    }

    boolean wanted(int row) {
        return (flags[row] & WANTED) != 0;
    }

    boolean opens(int row) {
        return (flags[row] & SHELF) == OPEN;
    }

    boolean shelves(int row) {
        return (flags[row] & SHELF) == SHELF;
    }

    boolean changesBudget(int row) {
        return (flags[row] & BUDGET) != 0;
    }

    boolean changesAfter(int row) {
        return (flags[row] & CHANGE) != 0;
    }

    boolean repeats(int row) {
        return (flags[row] & REPEAT) != 0;
    }

    boolean staged(int row) {
        return (flags[row] & STAGED) != 0;
    }

    boolean rewindsAfter(int row) {
        return (flags[row] & REWIND) != 0;
    }

    /** Whether a row goes on with the run of the one before it. */
    boolean goesOn(int row) {
        return row > 0
                && !closes(row - 1)
                && !closes(row)
                && !opens(row)
                && !shelves(row)
                && !changesBudget(row)
                && !changesAfter(row - 1)
                && repeats(row - 1) == repeats(row)
                && staged(row - 1) == staged(row)
                && sequences[row] == sequences[row - 1]
                && positions[row] == positions[row - 1] + 1;
    }

    void add(long sequence, int position, int token, byte flag) {
        sequences[count] = sequence;
        positions[count] = position;
        tokens[count] = token;
        flags[count] = flag;
        count++;
    }

    void addClose(long sequence, int position) {
        add(sequence, position, 0, CLOSE);
    }

    /** Adds the rows of a step that has not run yet. */
    void add(StepBatch batch) {
        for (int run = 0; run < batch.runs(); run++) {
            Sequence sequence = batch.sequence(run);
            int rows = batch.rowsOf(run);
            if (rows == 0) {
                int budget = batch.inForce(run).budget();
                int what = batch.rewindsAfter(run) ? REPEAT | REWIND : CHANGE;
                add(sequence.id(), sequence.position(), budget, (byte) (what | BUDGET));
            }
            int firstWanted = rows - batch.wantedOf(run);
            for (int i = 0; i < rows; i++) {
                add(
                        sequence.id(),
                        sequence.position() + sequence.stagedRows() + i,
                        batch.token(batch.firstRow(run) + i),
                        flag(batch, run, i >= firstWanted, i == rows - 1));
            }
        }
    }

    private static byte flag(StepBatch batch, int run, boolean wanted, boolean last) {
        return (byte) ((wanted ? WANTED : 0)
                | (last && (batch.changesAfter(run) || batch.endsStage()) ? CHANGE : 0)
                | (batch.staged() ? STAGED : 0)
                | (batch.repeats(run) ? REPEAT : 0)
                | (last && batch.rewindsAfter(run) ? REWIND : 0));
    }
}
