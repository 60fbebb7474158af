/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.python;

import java.util.function.IntPredicate;

/** Python's view of single code points, and what depends on it: white space, stripping, lines. */
public final class PyChars {
    private PyChars() {}

    /** As {@code str.isspace}: Unicode white space and the separators 0x1c … 0x1f. */
    public static boolean isSpace(int point) {
        return point == ' '
                || (point >= 9 && point <= 13)
                || (point >= 0x1c && point <= 0x1f)
                || point == 0x85
                || (point >= 0xa0 && Character.isSpaceChar(point));
    }

    static boolean isPrintable(int point) {
        return point == ' '
                || switch (Character.getType(point)) {
                    case Character.CONTROL,
                            Character.FORMAT,
                            Character.SURROGATE,
                            Character.PRIVATE_USE,
                            Character.UNASSIGNED,
                            Character.LINE_SEPARATOR,
                            Character.PARAGRAPH_SEPARATOR,
                            Character.SPACE_SEPARATOR -> false;
                    default -> true;
                };
    }

    /** As {@code str.splitlines}: also at vertical tab, form feed, 0x1c … 0x1e, 0x85, 0x2028, 0x2029. */
    public static boolean isLineBreak(int point) {
        return (point >= 10 && point <= 13)
                || (point >= 0x1c && point <= 0x1e)
                || point == 0x85
                || point == 0x2028
                || point == 0x2029;
    }

    public static String stripStart(String text, IntPredicate drop) {
        int start = 0;
        while (start < text.length() && drop.test(text.codePointAt(start))) {
            start += Character.charCount(text.codePointAt(start));
        }
        return text.substring(start);
    }

    public static String stripEnd(String text, IntPredicate drop) {
        int end = text.length();
        while (end > 0 && drop.test(text.codePointBefore(end))) {
            end -= Character.charCount(text.codePointBefore(end));
        }
        return text.substring(0, end);
    }
}
