/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.tokenizer;

/** Cuts a stretch of text into pieces, one after the other and without gaps. */
interface Splitter {
    /** Where the piece that begins at {@code from} ends, exclusive; {@code from < end ≤ to}. Nothing from {@code to} on is looked at. */
    int end(String text, int from, int to);
}
