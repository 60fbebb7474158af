/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.tokenizer;

/** Unpaired surrogates, which UTF-8 cannot carry, become U+FFFD; Java's own encoder would write a question mark. */
final class WellFormed {
    private WellFormed() {}

    static String of(String text) {
        int at = unpaired(text, 0);
        if (at == text.length()) {
            return text;
        }
        StringBuilder repaired = new StringBuilder(text);
        for (; at < text.length(); at = unpaired(text, at + 1)) {
            repaired.setCharAt(at, '\uFFFD');
        }
        return repaired.toString();
    }

    private static int unpaired(String text, int from) {
        int at = from;
        while (at < text.length() && !isSurrogate(text.codePointAt(at))) {
            at += Character.charCount(text.codePointAt(at));
        }
        return Math.min(at, text.length());
    }

    private static boolean isSurrogate(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }
}
