/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.model.llama.LlamaModel;
import java.util.Arrays;
import java.util.Random;

/** Runs of a model whose logits are compared bit by bit: each answers {@code [rows, vocabSize]}, all rows or those from {@code prompt − 1}. */
final class TinyRun {
    private TinyRun() {}

    /** Seeded tokens of a vocabulary. */
    static int[] tokens(int count, int vocabSize, long seed) {
        return new Random(seed).ints(count, 0, vocabSize).toArray();
    }

    /** The logits of every row, the tokens given at once. */
    static float[][] everyRow(LlamaModel model, EngineOptions options, int... tokens) throws Exception {
        float[][] rows = new float[tokens.length][];
        try (EngineGroup group = EngineGroup.start(model, options, LoadListener.SILENT);
                Sequence sequence = group.open()) {
            int n = group.vocabSize();
            new SequenceFeed(group).forward(sequence, tokens, 0, tokens.length, (index, logits, offset) -> {
                rows[index] = Arrays.copyOfRange(logits, offset, offset + n);
            });
        }
        return rows;
    }

    /** The logits after a prompt, then after each further token. */
    static float[][] decode(LlamaModel model, EngineOptions options, int prompt, int... tokens) throws Exception {
        float[][] rows = new float[tokens.length - prompt + 1][];
        try (EngineGroup group = EngineGroup.start(model, options, LoadListener.SILENT);
                Sequence sequence = group.open()) {
            int done = 0;
            for (int i = 0; i < rows.length; i++) {
                new SequenceFeed(group).forward(sequence, tokens, done, prompt + i);
                done = prompt + i;
                rows[i] = lastLogits(group);
            }
        }
        return rows;
    }

    /** A copy of the logits of the last row, after {@link SequenceFeed#forward}. */
    static float[] lastLogits(EngineGroup group) {
        return Arrays.copyOf(group.logits(), group.vocabSize());
    }

    /** The rows from {@code prompt − 1}, as {@link #decode} gives them. */
    static float[][] from(int prompt, float[][] everyRow) {
        return Arrays.copyOfRange(everyRow, prompt - 1, everyRow.length);
    }

    /** An {@link AssertionError} that names the first bit pattern that differs. */
    static void assertSameBits(String what, float[][] expected, float[][] actual) {
        if (expected.length != actual.length) {
            throw new AssertionError(what + ": " + actual.length + " rows, expected " + expected.length);
        }
        for (int row = 0; row < expected.length; row++) {
            for (int i = 0; i < expected[row].length; i++) {
                if (Float.floatToRawIntBits(expected[row][i]) != Float.floatToRawIntBits(actual[row][i])) {
                    throw new AssertionError(what + ": logit " + i + " of row " + row + " is " + actual[row][i]
                            + ", expected " + expected[row][i]);
                }
            }
        }
    }

    /** Whether any bit differs. */
    static boolean differ(float[][] one, float[][] other) {
        return !Arrays.deepEquals(one, other);
    }
}
