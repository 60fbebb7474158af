/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.compression.entropy.PrefillStages;

/**
 * How far a sequence is with a prompt's segment, from one change point to the next, that it reads by stages (ALGORITHMS 3.5): a stage's layers read all of
 * its tokens, step by step, before those of the next stage begin with the tokens that are left. Belongs to the group's caller; workers read it during a
 * step.
 */
final class StagedSegment {
    private static final int[] ALL = {};

    private final PrefillStages stages;
    private int stage;
    /** Rows that have been through the stage. */
    private int done;
    /** Tokens of the segment; in the first stage those so far. */
    private int tokens;
    /** Which of them a later stage reads, ascending. */
    private int[] places = ALL;
    /** Those of the next stage. */
    private int[] chosen = ALL;

    StagedSegment(PrefillStages stages) {
        this.stages = stages;
    }

    /** Whether any of it has been read. */
    boolean underWay() {
        return tokens > 0;
    }

    /** Rows that have been through the stage where it is. */
    int done() {
        return done;
    }

    boolean first() {
        return stage == 0;
    }

    boolean last() {
        return stage == stages.count() - 1;
    }

    int firstLayer() {
        return stages.firstLayer(stage);
    }

    /** The layer after the stage's last. */
    int endLayer() {
        return stages.endLayer(stage);
    }

    /** Tokens of a segment of so many that a layer reads. */
    int keptAt(int layer, int ofTokens) {
        return stages.keptAt(layer, ofTokens);
    }

    /** Rows of the stage where it is, of a segment of so many tokens. */
    int rows(int ofTokens) {
        return stages.kept(stage, ofTokens);
    }

    /** Rows of the stage where it is; known after the first. */
    int rows() {
        return places.length;
    }

    /** Rows of the stage after it, of a segment of so many tokens. */
    int nextRows(int ofTokens) {
        return stages.kept(stage + 1, ofTokens);
    }

    /** The place in the segment of a row of the stage. */
    int place(int row) {
        return stage == 0 ? row : places[row];
    }

    /** Tokens of the segment that will be known after so many more rows. */
    int tokensAfter(int rows) {
        return stage == 0 ? done + rows : tokens;
    }

    /** During the step that ends a stage: the rows of it, ascending, that the next one goes on with. */
    void choose(int[] rows) {
        int[] next = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            next[i] = place(rows[i]);
        }
        chosen = next;
    }

    /** After a step: so many more rows have been through the stage, which {@code ends}. */
    void advance(int rows, boolean ends) {
        tokens = tokensAfter(rows);
        done += rows;
        if (ends) {
            stage++;
            done = 0;
            places = chosen;
        }
    }
}
