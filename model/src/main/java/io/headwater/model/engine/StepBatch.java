/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.model.kvcache.KvOptions;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one step: runs of consecutive tokens, each of another sequence at its next positions; or rows of one sequence through some of the layers; or
 * no rows, and runs that change a sequence's budget or end its reconstruction.
 * Reused; filled by the decode loop between two steps and read by all workers during one. Allocates nothing after construction, but for budgets.
 */
public final class StepBatch {
    private final int[] tokens;
    private final Sequence[] sequences;
    /** Row at which a run begins, {@code [runs + 1]}. */
    private final int[] firstRows;
    /** Rows that logits are wanted of before a run, {@code [runs + 1]}. */
    private final int[] firstWanted;

    /** Run of each row. */
    private final int[] runOf;

    /** What is wrong with a run, {@code [maxRows]}. */
    private final @Nullable String[] failures;

    /** Whether a run's sequence changes shape after the step, {@code [maxRows]}. */
    private final boolean[] changes;

    /** Whether a run repeats what its sequence has read, and whether that ends with the run, {@code [maxRows]}. */
    private final boolean[] repeats;

    private final boolean[] rewinds;

    /** How a run's cache is kept at the change after it. */
    private final @Nullable KvOptions[] inForce;

    private final int maxLogitsRows;
    private int runs;

    /** Whether the only run is of a segment that its sequence reads by stages. */
    private boolean staged;

    /** Whether it ends a stage that is not the last. */
    private boolean endsStage;

    public StepBatch(int maxRows, int maxLogitsRows) {
        this.tokens = new int[maxRows];
        this.sequences = new Sequence[maxRows];
        this.firstRows = new int[maxRows + 1];
        this.firstWanted = new int[maxRows + 1];
        this.runOf = new int[maxRows];
        this.failures = new String[maxRows];
        this.changes = new boolean[maxRows];
        this.repeats = new boolean[maxRows];
        this.rewinds = new boolean[maxRows];
        this.inForce = new KvOptions[maxRows];
        this.maxLogitsRows = maxLogitsRows;
    }

    /** Empties the batch. */
    public void clear() {
        Arrays.fill(sequences, 0, runs, null);
        Arrays.fill(failures, 0, runs, null);
        Arrays.fill(inForce, 0, runs, null);
        runs = 0;
        staged = false;
        endsStage = false;
    }

    /** Adds {@code tokens[from, to)}, at least one, at the sequence's next positions; logits are wanted of the last {@code wanted} of them. */
    public void add(Sequence sequence, int[] from, int fromIndex, int toIndex, int wanted) {
        int count = toIndex - fromIndex;
        if (changesBudgets() || count < 1 || count > room() || wanted < 0 || wanted > Math.min(count, logitsRoom())) {
            throw new IllegalArgumentException("rows=" + count + " of " + room() + " left, wanted=" + wanted + " of "
                    + logitsRoom() + " left: the batch cannot take them");
        }
        System.arraycopy(from, fromIndex, tokens, firstRows[runs], count);
        Arrays.fill(runOf, firstRows[runs], firstRows[runs] + count, runs);
        sequences[runs] = sequence;
        changes[runs] = false;
        repeats[runs] = false;
        rewinds[runs] = false;
        inForce[runs] = sequence.inForce();
        firstRows[runs + 1] = firstRows[runs] + count;
        firstWanted[runs + 1] = firstWanted[runs] + wanted;
        runs++;
    }

    /**
     * Adds rows of a prompt's segment that the sequence, which is where the segment begins, reads by stages: as many as its stage still needs, at most
     * {@code most}. They have a step of their own, and the last ones of a stage end it; after those of the last one the sequence changes shape. Returns
     * how many: none where the step has others.
     *
     * @param tokens of which those before {@code end} are the segment's, from the sequence's position on
     * @param wanted 1 if the logits of the segment's last token are wanted
     */
    public int addStaged(Sequence sequence, int[] tokens, int end, int most, int wanted) {
        StagedSegment segment = sequence.segment();
        int all = segment.rows(end - sequence.position());
        int rows = Math.min(Math.min(most, room()), all - segment.done());
        if (runs > 0 || rows < 1) {
            return 0;
        }
        boolean ends = segment.done() + rows == all;
        int from = sequence.position() + segment.done();
        addStaged(sequence, tokens, from, from + rows, ends && segment.last() ? wanted : 0, ends);
        return rows;
    }

    /** As the other, of rows that somebody has chosen; {@code ends}: they are the last of their stage. Tokens of a stage but the first have no meaning. */
    public void addStaged(Sequence sequence, int[] from, int fromIndex, int toIndex, int wanted, boolean ends) {
        if (runs > 0) {
            throw new IllegalArgumentException(
                    "the step has " + runs + " runs: a segment that is read by stages has steps of its own");
        }
        add(sequence, from, fromIndex, toIndex, wanted);
        boolean last = sequence.segment().last();
        changes[0] = ends && last;
        endsStage = ends && !last;
        staged = true;
    }

    /**
     * From where it is the sequence has another budget, at most the one that it was opened with, and its heads are brought down to it at once. Such runs have
     * a step of their own: none of its runs has rows.
     *
     * @throws IllegalArgumentException if the policy does not allow it
     */
    public void addBudget(Sequence sequence, int budget) {
        if (rows() > 0
                || runs == sequences.length
                || budget > sequence.options().budget()) {
            throw new IllegalArgumentException(
                    "budget " + budget + " of " + sequence.options().budget() + ": the step has " + rows()
                            + " rows and " + runs + " runs: a step that changes budgets has no rows");
        }
        addEmpty(sequence, sequence.options().withBudget(budget), false);
    }

    /**
     * The sequence, in the middle of a reconstruction, is taken back to where it was before its repeating runs; what their rows have told its entries stays.
     * Such runs go with those of {@link #addBudget}.
     */
    public void addRewind(Sequence sequence) {
        if (rows() > 0 || runs == sequences.length) {
            throw new IllegalArgumentException("the step has " + rows() + " rows and " + runs
                    + " runs: one that ends a reconstruction without rows has none");
        }
        addEmpty(sequence, sequence.inForce(), true);
    }

    private void addEmpty(Sequence sequence, KvOptions now, boolean rewinds) {
        sequences[runs] = sequence;
        changes[runs] = !rewinds;
        repeats[runs] = rewinds;
        this.rewinds[runs] = rewinds;
        inForce[runs] = now;
        firstRows[runs + 1] = firstRows[runs];
        firstWanted[runs + 1] = firstWanted[runs];
        runs++;
    }

    /** Runs that {@link #addBudget} still takes. */
    public int budgetRoom() {
        return rows() > 0 ? 0 : sequences.length - runs;
    }

    /** Whether the step has no rows: it changes budgets, or ends reconstructions. */
    public boolean changesBudgets() {
        return runs > 0 && rows() == 0;
    }

    /** How a run's cache is kept at a change after it. */
    public KvOptions inForce(int run) {
        return Objects.requireNonNull(inForce[run]);
    }

    /** The run that was added last ends at a change point: after the step its sequence's heads are brought down to their budgets. */
    public void changeAfterLast() {
        changes[runs - 1] = true;
    }

    /**
     * The run that was added last repeats, for a reconstruction, what its sequence has read: all entries from before learn which attention they get
     * (ALGORITHMS 5.4), the sequence's sums and window do not. {@code rewind}: after the step it is where it was before its repeating runs.
     */
    public void repeatLast(boolean rewind) {
        repeats[runs - 1] = true;
        rewinds[runs - 1] = rewind;
    }

    public boolean repeats(int run) {
        return repeats[run];
    }

    public boolean rewindsAfter(int run) {
        return rewinds[run];
    }

    public boolean changesAfter(int run) {
        return changes[run];
    }

    /** Whether the step's only run is of a segment that its sequence reads by stages. */
    public boolean staged() {
        return staged;
    }

    /** Whether the tokens of another stage are chosen after the step. */
    public boolean endsStage() {
        return endsStage;
    }

    /** The layers that the rows go through, [first, end). */
    int firstLayer() {
        return staged ? sequences[0].segment().firstLayer() : 0;
    }

    int endLayer(int nLayers) {
        return staged ? sequences[0].segment().endLayer() : nLayers;
    }

    /** Rows of a run that heads count in at the change after it; those of a staged one are counted in before. */
    int rowsToCount(int run) {
        return staged ? 0 : rowsOf(run);
    }

    /** Tokens that a run's sequence will have read after it, or will have begun to read, by stages. */
    int tokensAfter(int run) {
        Sequence sequence = sequences[run];
        int more = staged ? sequence.segment().tokensAfter(rowsOf(run)) : rowsOf(run);
        return sequence.position() + more;
    }

    int maxRows() {
        return tokens.length;
    }

    int maxLogitsRows() {
        return maxLogitsRows;
    }

    /** Rows that still fit in. */
    public int room() {
        return staged ? 0 : tokens.length - rows();
    }

    /** Rows with logits that still fit in. */
    public int logitsRoom() {
        return maxLogitsRows - wantedRows();
    }

    public int rows() {
        return firstRows[runs];
    }

    public int runs() {
        return runs;
    }

    public int wantedRows() {
        return firstWanted[runs];
    }

    public Sequence sequence(int run) {
        return sequences[run];
    }

    /** First row of a run; of {@link #runs()}: the number of rows. */
    public int firstRow(int run) {
        return firstRows[run];
    }

    public int rowsOf(int run) {
        return firstRows[run + 1] - firstRows[run];
    }

    /** Rows of a run, its last ones, that logits are wanted of. */
    public int wantedOf(int run) {
        return firstWanted[run + 1] - firstWanted[run];
    }

    /** Index in {@link StepEngine#logits()} of a run's first row of logits. */
    public int firstWanted(int run) {
        return firstWanted[run];
    }

    /** The step is done, but this run's numbers are of no use: why. */
    void fail(int run, String failure) {
        failures[run] = failure;
    }

    /** After the step: why a run has failed, while the others have not; null if it is sound. A failed run's sequence has not advanced: close it. */
    public @Nullable String failure(int run) {
        return failures[run];
    }

    public int token(int row) {
        return tokens[row];
    }

    /** The run that a row belongs to. */
    public int run(int row) {
        return runOf[row];
    }

    /** A row's index within its run. */
    int index(int row) {
        return row - firstRows[runOf[row]];
    }

    /** Entries of a head that a row's query sees, its own included; of the longest head. */
    int entries(int row) {
        return sequences[runOf[row]].longestHead() + index(row) + 1;
    }

    int position(int row) {
        Sequence sequence = sequences[runOf[row]];
        int place = staged ? sequence.segment().place(sequence.segment().done() + row) : index(row);
        return sequence.rotaryPosition() + place;
    }

    /** Index of a row's logits, negative if none are wanted of it. */
    int wantedIndex(int row) {
        int next = runOf[row] + 1;
        int wanted = firstWanted[next] - (firstRows[next] - row);
        return wanted < firstWanted[next - 1] ? -1 : wanted;
    }
}
