/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * GPT-2's spelling of bytes: printable Latin-1 characters stand for themselves, the 68 other bytes for U+0100 and up, in
 * order. So a space is {@code Ġ} and a newline {@code Ċ}, and every byte sequence is a readable string.
 */
final class ByteAlphabet {
    private static final char[] CHARACTERS = new char[256];
    private static final int[] BYTES = new int[0x100 + 68];

    static {
        Arrays.fill(BYTES, -1);
        char next = 0x100;
        for (int value = 0; value < 256; value++) {
            boolean printable = (value >= '!' && value <= '~') || (value >= 0xA1 && value != 0xAD);
            CHARACTERS[value] = printable ? (char) value : next++;
            BYTES[CHARACTERS[value]] = value;
        }
    }

    private ByteAlphabet() {}

    static char character(byte value) {
        return CHARACTERS[value & 0xFF];
    }

    static String spell(byte[] bytes) {
        char[] spelled = new char[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            spelled[i] = character(bytes[i]);
        }
        return new String(spelled);
    }

    /** The bytes of a spelled token; a character outside the alphabet (files have such tokens) stands for its UTF-8 form. */
    static byte[] bytes(String spelled) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(spelled.length());
        int at = 0;
        while (at < spelled.length()) {
            int character = spelled.codePointAt(at);
            int value = character < BYTES.length ? BYTES[character] : -1;
            if (value >= 0) {
                bytes.write(value);
            } else {
                bytes.writeBytes(Character.toString(character).getBytes(StandardCharsets.UTF_8));
            }
            at += Character.charCount(character);
        }
        return bytes.toByteArray();
    }
}
