/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.gguf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Strict UTF-8. The fast decoder is tried first, since a vocabulary has a hundred thousand strings. */
final class GgufText {
    private GgufText() {}

    /** The text in {@code [offset, offset + length)}, or null if the bytes are not UTF-8. */
    static @Nullable String decode(MemorySegment file, long offset, int length) {
        byte[] bytes = new byte[length];
        MemorySegment.copy(file, ValueLayout.JAVA_BYTE, offset, bytes, 0, length);
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.indexOf('\uFFFD') < 0) {
            return text;
        }
        try { // a replacement character: was it written in the file, or put there by the lenient decoder?
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
