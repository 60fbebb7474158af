/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

/**
 * One forward pass: the tokens {@code [from, to)} of one sequence, at its next positions. Reused; set by the caller between two
 * steps and read by all workers during one.
 */
final class Step {
    Sequence sequence;
    int[] tokens;
    int from;
    int rows;
    Logits logits = Logits.NONE;

    Step(Sequence none) {
        sequence = none;
        tokens = new int[0];
    }

    void set(Sequence sequence, int[] tokens, int from, int to, Logits logits) {
        this.sequence = sequence;
        this.tokens = tokens;
        this.from = from;
        this.rows = to - from;
        this.logits = logits;
    }

    int position(int row) {
        return sequence.position() + row;
    }

    /** First row that logits are wanted of; {@link #rows} if of none. */
    int firstLogitsRow() {
        return switch (logits) {
            case NONE -> rows;
            case LAST_ROW -> rows - 1;
            case EVERY_ROW -> 0;
        };
    }

    /** Rows that logits are wanted of. */
    enum Logits {
        NONE,
        LAST_ROW,
        EVERY_ROW
    }
}
