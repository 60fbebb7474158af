/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.tokenizer;

import org.agrona.collections.IntArrayList;

/** Turns plain text, free of special tokens, into ids; and a vocabulary entry into the bytes that it stands for. */
sealed interface TextEncoder permits BytePairEncoder, SentencePieceEncoder {
    /** Appends the ids of a text that is not empty and has no unpaired surrogates. */
    void encode(String text, IntArrayList ids);

    /** The bytes of a normal or byte token. */
    byte[] bytes(String token, TokenType type);
}
