/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.generation;

import io.headwater.model.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

/** Tokens 0 to 255 are bytes, 256 is the end token. */
public final class ByteTokenizer implements Tokenizer {
    public static final int END = 256;

    @Override
    public int vocabSize() {
        return END + 1;
    }

    @Override
    public int[] encode(String text, boolean parseSpecial) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int[] ids = new int[bytes.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = bytes[i] & 0xFF;
        }
        return ids;
    }

    @Override
    public byte[] bytes(int id) {
        return id == END ? text(END).getBytes(StandardCharsets.UTF_8) : new byte[] {(byte) id};
    }

    @Override
    public String decode(int[] ids) {
        byte[] bytes = new byte[ids.length];
        for (int i = 0; i < ids.length; i++) {
            bytes[i] = (byte) ids[i];
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public boolean isEndOfGeneration(int id) {
        return id == END;
    }

    @Override
    public boolean isControl(int id) {
        return id == END;
    }

    @Override
    public OptionalInt bos() {
        return OptionalInt.empty();
    }

    @Override
    public OptionalInt eos() {
        return OptionalInt.of(END);
    }

    @Override
    public boolean addBos() {
        return false;
    }

    @Override
    public boolean addsSpacePrefix() {
        return false;
    }

    @Override
    public String text(int id) {
        return id == END ? "<end>" : String.valueOf((char) id);
    }
}
