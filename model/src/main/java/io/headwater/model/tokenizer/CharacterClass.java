/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.tokenizer;

/** The classes that pre-tokenizers tell apart: {@code \p{L}}, {@code \p{N}}, {@code \s} and the rest, by Unicode. */
final class CharacterClass {
    static final int LETTER = 0;
    static final int NUMBER = 1;
    static final int SPACE = 2;
    static final int OTHER = 3;

    private static final byte[] ASCII = new byte[128];

    static {
        for (int c = 0; c < ASCII.length; c++) {
            ASCII[c] = (byte) classify(c);
        }
    }

    private CharacterClass() {}

    static int of(int codePoint) {
        return codePoint < ASCII.length ? ASCII[codePoint] : classify(codePoint);
    }

    static boolean isNumber(int codePoint) {
        return of(codePoint) == NUMBER;
    }

    /** {@code [\p{P}$+<=>^~|]}. */
    static boolean isPunctuation(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONNECTOR_PUNCTUATION,
                    Character.DASH_PUNCTUATION,
                    Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION,
                    Character.INITIAL_QUOTE_PUNCTUATION,
                    Character.FINAL_QUOTE_PUNCTUATION,
                    Character.OTHER_PUNCTUATION -> true;
            default -> codePoint < 128 && "$+<=>^~|".indexOf(codePoint) >= 0;
        };
    }

    private static int classify(int codePoint) {
        if (isSpace(codePoint)) {
            return SPACE;
        }
        return switch (Character.getType(codePoint)) {
            case Character.UPPERCASE_LETTER,
                    Character.LOWERCASE_LETTER,
                    Character.TITLECASE_LETTER,
                    Character.MODIFIER_LETTER,
                    Character.OTHER_LETTER -> LETTER;
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> NUMBER;
            default -> OTHER;
        };
    }

    /** Unicode's White_Space property; Java's own {@code isWhitespace} leaves out the no-break spaces. */
    private static boolean isSpace(int c) {
        return (c >= 0x09 && c <= 0x0D) || c == ' ' || c == 0x85 || c == 0xA0 || Character.isSpaceChar(c);
    }
}
