/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.tokenizer;

import java.util.function.IntPredicate;

/**
 * Isolates runs of one kind of character, as the regex {@code member{shortest,longest}} does; what lies between is a piece too.
 *
 * @param shortest a run must have so many characters to be isolated
 * @param longest a longer run falls into pieces of so many characters
 */
record RunSplitter(IntPredicate member, int shortest, int longest) implements Splitter {
    @Override
    public int end(String text, int from, int to) {
        int run = runEnd(text, from, to);
        if (run > from) {
            return run;
        }
        int end = from;
        while (end < to && runEnd(text, end, to) == end) {
            end += Character.charCount(text.codePointAt(end));
        }
        return end;
    }

    /** The end of the run at {@code from}, or {@code from} where there is none; looks at {@code longest} characters at most. */
    private int runEnd(String text, int from, int to) {
        int end = from;
        int length = 0;
        while (end < to && length < longest) {
            int character = text.codePointAt(end);
            if (!member.test(character)) {
                break;
            }
            end += Character.charCount(character);
            length++;
        }
        return length >= shortest ? end : from;
    }
}
