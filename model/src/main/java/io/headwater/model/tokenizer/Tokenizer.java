/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.tokenizer;

import io.headwater.model.gguf.GgufException;
import io.headwater.model.gguf.GgufMetadata;
import java.util.OptionalInt;

/** Text to token ids and back. Immutable, safe for all threads. Methods that take an id reject one that is not in the vocabulary. */
public interface Tokenizer {
    /**
     * The tokenizer of a file. Holds all it needs: the file may be closed afterwards.
     *
     * @throws GgufException where the file has no tokenizer, a damaged one, or one of a kind that we do not support
     */
    static Tokenizer of(GgufMetadata metadata) throws GgufException {
        return new TokenizerReader(metadata).read();
    }

    /** Number of ids; ids go from 0 to {@code vocabSize() - 1}. */
    int vocabSize();

    /**
     * The ids of a text; no BOS is added. An unpaired surrogate counts as U+FFFD.
     *
     * @param parseSpecial whether control tokens ({@code <|im_start|>}) in the text become their ids; otherwise they are plain
     *     text, and no text can produce them. Tokens that the vocabulary calls user-defined are found either way.
     */
    int[] encode(String text, boolean parseSpecial);

    /** What the token stands for, as a copy; often not whole UTF-8 characters. A control token stands for its own text. */
    byte[] bytes(int id);

    /**
     * The text of a whole sequence; broken UTF-8 becomes U+FFFD. If the encoder puts a space before a text, the first token's
     * leading space is dropped.
     */
    String decode(int[] ids);

    /** Whether generation ends with this token: the file's end tokens, and control tokens known by name ({@code <|eot_id|>}). */
    boolean isEndOfGeneration(int id);

    /** Whether the token is a control token, one that no plain text contains. */
    boolean isControl(int id);

    /** The token that begins a sequence. */
    OptionalInt bos();

    /** The token that ends a sequence. */
    OptionalInt eos();

    /** Whether the model expects {@link #bos()} before a prompt; {@link #encode} leaves that to the caller. */
    boolean addBos();

    /** Whether encoding puts a space before a text (SentencePiece); {@link #decode} then drops it. */
    boolean addsSpacePrefix();

    /** The vocabulary's own spelling of the token, as in the file: {@code Ġthe}, {@code ▁the}, {@code <|im_end|>}. */
    String text(int id);
}
