/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.generation;

/** Tokens become text, whole characters only. The tokenizer's stream decoder, or a fake in a test. */
public interface TokenText {
    /** The text that this token completes; may be empty (half a character is kept back). */
    String next(int token);

    /** What is left at the end: a replacement character for each broken one, mostly nothing. */
    String finish();
}
