/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

/** Gets the logits of every row of a prompt, in order, on the caller's thread. */
@FunctionalInterface
public interface LogitsListener {
    /**
     * Row {@code index} of the tokens that were passed: {@code vocabSize} raw logits from {@code offset}, valid until the call returns.
     */
    void row(int index, float[] logits, int offset);
}
