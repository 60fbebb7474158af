/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.tokenizer;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * The text of a stream of tokens, as it comes: half a UTF-8 character waits for its other half, broken UTF-8 becomes U+FFFD as
 * soon as it is known to be broken. All pieces joined, {@link #finish()} included, are the text of all bytes joined. The first
 * token keeps its leading space, for a stream goes on from a prompt; a whole sequence is {@link Tokenizer#decode}'s matter.
 * Belongs to one stream and its thread.
 */
public final class TokenStreamDecoder {
    private static final byte[] NOTHING = {};

    private final Tokenizer tokenizer;
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    /** The beginning of a character whose end has not come yet; at most 3 bytes. */
    private byte[] pending = NOTHING;

    public TokenStreamDecoder(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /** The characters that this token completes; often none. */
    public String next(int id) {
        return decode(tokenizer.bytes(id), false);
    }

    /** What is left at the end of the stream: nothing, or one U+FFFD for half a character. The next token begins a new stream. */
    public String finish() {
        String rest = decode(NOTHING, true);
        utf8.reset();
        return rest;
    }

    private String decode(byte[] bytes, boolean last) {
        ByteBuffer in = ByteBuffer.allocate(pending.length + bytes.length)
                .put(pending)
                .put(bytes)
                .flip();
        CharBuffer out = CharBuffer.allocate(in.remaining() + 1);
        utf8.decode(in, out, last);
        pending = new byte[in.remaining()];
        in.get(pending);
        return out.flip().toString();
    }
}
