/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.sampling;

/** Logits that no token can be chosen from: a damaged model, a bug in a kernel, or a bias that forbids everything. */
public final class BrokenLogitsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private BrokenLogitsException(String message) {
        super(message);
    }

    static BrokenLogitsException notFinite(int token, float value, long position) {
        return new BrokenLogitsException("logit of token " + token + " is " + value + " at position " + position
                + ": no token can be chosen; fetch the model file again, and report this if it stays");
    }

    static BrokenLogitsException nothingPossible(long position) {
        return new BrokenLogitsException("every token has probability 0 at position " + position
                + ": remove some of the logit biases of -Infinity");
    }

    static void checkLength(float[] logits, int vocabSize, long position) {
        if (logits.length != vocabSize) {
            throw new IllegalArgumentException("logits have length " + logits.length + " at position " + position
                    + ", expected vocabSize=" + vocabSize);
        }
    }
}
