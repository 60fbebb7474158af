/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Text to token ids and back, by the vocabulary that a GGUF file carries ({@code tokenizer.ggml.*}).
 *
 * <p>Read {@link io.headwater.model.tokenizer.Tokenizer} first. A text goes through three steps: {@code SpecialTokens} cuts
 * out control and user-defined tokens; what lies between is plain text, which a {@code TextEncoder} turns into ids.
 * {@code BytePairEncoder} (model {@code gpt2}) splits it into words by a {@code PreTokenizer} and merges each word's bytes by
 * the rank of merges; {@code SentencePieceEncoder} (model {@code llama}) merges the characters of the whole text by the score
 * of tokens. {@link io.headwater.model.tokenizer.TokenStreamDecoder} goes back, token by token.
 *
 * <p>Everything here is immutable and safe for all threads, but for the stream decoder, which belongs to one stream.
 */
@NullMarked
package io.headwater.model.tokenizer;

import org.jspecify.annotations.NullMarked;
