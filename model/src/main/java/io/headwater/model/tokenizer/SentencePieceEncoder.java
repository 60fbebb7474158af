/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.tokenizer;

import java.nio.charset.StandardCharsets;
import org.agrona.collections.IntArrayList;
import org.agrona.collections.Object2IntHashMap;

/**
 * SentencePiece BPE: a space is spelled {@code ▁}, one may be put before the text, characters merge by the score of the token
 * that they make, and a character that is no token becomes the tokens of its UTF-8 bytes. Control, byte and unknown tokens never
 * come out of plain text (llama.cpp would build {@code </s>} from {@code </} and {@code s>}; SentencePiece would not).
 */
final class SentencePieceEncoder implements TextEncoder {
    private static final char SPACE = '\u2581';

    private final Vocabulary vocabulary;
    private final Object2IntHashMap<String> ids;
    private final int longestToken;
    private final int[] byteIds = new int[256];
    private final boolean addSpacePrefix;

    SentencePieceEncoder(Vocabulary vocabulary, int unknown, boolean addSpacePrefix) {
        this.vocabulary = vocabulary;
        this.addSpacePrefix = addSpacePrefix;
        ids = vocabulary.ids(type -> switch (type) {
            case NORMAL, USER_DEFINED, UNUSED, UNDEFINED -> true;
            case CONTROL, BYTE, UNKNOWN -> false;
        });
        vocabulary
                .ofType(TokenType.BYTE)
                .forEach(id -> byteValue(vocabulary.tokens().get(id))); // complains now, not later
        longestToken =
                vocabulary.tokens().stream().mapToInt(String::length).max().orElse(0);
        Object2IntHashMap<String> bytes = vocabulary.ids(type -> type == TokenType.BYTE);
        for (int value = 0; value < byteIds.length; value++) {
            byteIds[value] = byteId(value, bytes, unknown);
        }
    }

    private int byteId(int value, Object2IntHashMap<String> bytes, int unknown) {
        int id = bytes.getValue("<0x%02X>".formatted(value));
        int asCharacter = value < 128 ? ids.getValue(String.valueOf((char) value)) : Vocabulary.NONE;
        int found = id >= 0 ? id : asCharacter >= 0 ? asCharacter : unknown;
        if (found < 0) {
            throw new IllegalArgumentException(
                    "tokenizer.ggml.tokens has neither <0x%02X> nor an unknown token: the file is damaged, fetch it again"
                            .formatted(value));
        }
        return found;
    }

    @Override
    public void encode(String text, IntArrayList out) {
        String spelled = (addSpacePrefix ? SPACE + text : text).replace(' ', SPACE);
        PieceMerger pieces = new PieceMerger(this, spelled);
        pieces.merge((from, to) -> append(spelled, from, to, out));
    }

    private void append(String text, int from, int to, IntArrayList out) {
        int id = find(text, from, to);
        if (id >= 0) {
            out.addInt(id);
            return;
        }
        for (byte value : text.substring(from, to).getBytes(StandardCharsets.UTF_8)) {
            out.addInt(byteIds[value & 0xFF]);
        }
    }

    /** The token with this text, or {@link Vocabulary#NONE}. */
    int find(String text, int from, int to) {
        return to - from > longestToken ? Vocabulary.NONE : ids.getValue(text.substring(from, to));
    }

    float score(int id) {
        return vocabulary.scores().get(id);
    }

    @Override
    public byte[] bytes(String token, TokenType type) {
        if (type == TokenType.BYTE) {
            return new byte[] {byteValue(token)};
        }
        return token.replace(SPACE, ' ').getBytes(StandardCharsets.UTF_8);
    }

    private static byte byteValue(String token) {
        boolean spelledSo = token.length() == 6 && token.startsWith("<0x") && token.endsWith(">");
        int high = spelledSo ? Character.digit(token.charAt(3), 16) : -1;
        int low = spelledSo ? Character.digit(token.charAt(4), 16) : -1;
        if (high < 0 || low < 0) {
            throw new IllegalArgumentException("tokenizer.ggml.tokens has the byte token \"" + token
                    + "\", expected <0x00> to <0xFF>: the file is damaged, fetch it again");
        }
        return (byte) (high * 16 + low);
    }
}
