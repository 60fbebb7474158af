/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.tokenizer;

import static io.headwater.model.tokenizer.CharacterClass.LETTER;
import static io.headwater.model.tokenizer.CharacterClass.NUMBER;
import static io.headwater.model.tokenizer.CharacterClass.OTHER;
import static io.headwater.model.tokenizer.CharacterClass.SPACE;

/**
 * The two word regexes of byte-level BPE, by hand: no text makes them recurse or look at a character more than a few times. The
 * tests hold both against the regexes.
 */
final class WordSplitter {
    private WordSplitter() {}

    /** {@code 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+}. */
    static int gpt2(String text, int from, int to) {
        int contraction = contractionEnd(text, from, to, false);
        if (contraction > from) {
            return contraction;
        }
        int start = text.charAt(from) == ' ' && from + 1 < to ? from + 1 : from;
        int kind = classAt(text, start);
        return kind == SPACE ? spacesEnd(text, from, to) : runEnd(text, start, to, kind);
    }

    /**
     * {@code (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,maxDigits}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+}.
     */
    static int llama(String text, int from, int to, int maxDigits) {
        int contraction = contractionEnd(text, from, to, true);
        if (contraction > from) {
            return contraction;
        }
        int first = text.codePointAt(from);
        int kind = CharacterClass.of(first);
        int second = from + Character.charCount(first);
        if (kind == LETTER) {
            return runEnd(text, second, to, LETTER);
        }
        if (kind == NUMBER) {
            return digitsEnd(text, from, to, maxDigits);
        }
        if (second < to && !isNewline(first) && classAt(text, second) == LETTER) {
            return runEnd(text, second, to, LETTER);
        }
        if (kind == OTHER) {
            return newlinesEnd(text, runEnd(text, second, to, OTHER), to);
        }
        if (first == ' ' && second < to && classAt(text, second) == OTHER) {
            return newlinesEnd(text, runEnd(text, second, to, OTHER), to);
        }
        return linesOrSpacesEnd(text, from, to);
    }

    private static int contractionEnd(String text, int from, int to, boolean anyCase) {
        if (text.charAt(from) != '\'' || from + 1 >= to) {
            return from;
        }
        char first = fold(text.charAt(from + 1), anyCase);
        if (first == 's' || first == 't' || first == 'm' || first == 'd') {
            return from + 2;
        }
        char second = from + 2 < to ? fold(text.charAt(from + 2), anyCase) : 0;
        boolean two = (second == 'e' && (first == 'r' || first == 'v')) || (first == 'l' && second == 'l');
        return two ? from + 3 : from;
    }

    private static char fold(char c, boolean anyCase) {
        return anyCase && c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
    }

    private static int digitsEnd(String text, int from, int to, int maxDigits) {
        int end = from;
        for (int digits = 0; digits < maxDigits && end < to && classAt(text, end) == NUMBER; digits++) {
            end = after(text, end);
        }
        return end;
    }

    /** {@code \s*[\r\n]+|\s+(?!\S)|\s+}: up to the last line break of the run, else as {@link #spacesEnd}. */
    private static int linesOrSpacesEnd(String text, int from, int to) {
        int run = runEnd(text, from, to, SPACE);
        for (int end = run; end > from; end--) {
            if (isNewline(text.charAt(end - 1))) {
                return end;
            }
        }
        return lessOneForTheNextWord(from, run, to);
    }

    /** {@code \s+(?!\S)|\s+}. */
    private static int spacesEnd(String text, int from, int to) {
        return lessOneForTheNextWord(from, runEnd(text, from, to, SPACE), to);
    }

    /** All white space is one char of UTF-16, so the last one of the run is at {@code run - 1}. */
    private static int lessOneForTheNextWord(int from, int run, int to) {
        return run < to && run - from > 1 ? run - 1 : run;
    }

    private static int newlinesEnd(String text, int from, int to) {
        int end = from;
        while (end < to && isNewline(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private static int runEnd(String text, int from, int to, int kind) {
        int end = from;
        while (end < to && classAt(text, end) == kind) {
            end = after(text, end);
        }
        return end;
    }

    private static boolean isNewline(int c) {
        return c == '\r' || c == '\n';
    }

    private static int classAt(String text, int at) {
        return CharacterClass.of(text.codePointAt(at));
    }

    private static int after(String text, int at) {
        return at + Character.charCount(text.codePointAt(at));
    }
}
