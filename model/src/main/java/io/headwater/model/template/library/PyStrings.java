/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.library;

import io.headwater.model.template.python.CallArguments;
import io.headwater.model.template.python.Fault;
import io.headwater.model.template.python.Limits;
import io.headwater.model.template.python.None;
import io.headwater.model.template.python.PyChars;
import io.headwater.model.template.python.PyIteration;
import io.headwater.model.template.python.PyType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Python's string operations, for methods and filters alike. */
final class PyStrings {
    private PyStrings() {}

    /** An optional string argument that may be None. */
    static @Nullable String stringOrNone(String callee, CallArguments.Bound bound, int place) {
        Object value = bound.get(place, None.NONE);
        if (value == None.NONE) {
            return null;
        }
        if (value instanceof String text) {
            return text;
        }
        throw Fault.of(callee + " needs a string or None, not " + PyType.of(value));
    }

    static String strip(String text, @Nullable String characters) {
        return stripStart(stripEnd(text, characters), characters);
    }

    static String stripStart(String text, @Nullable String characters) {
        return PyChars.stripStart(text, among(characters));
    }

    static String stripEnd(String text, @Nullable String characters) {
        return PyChars.stripEnd(text, among(characters));
    }

    private static IntPredicate among(@Nullable String characters) {
        return characters == null ? PyChars::isSpace : point -> characters.indexOf(point) >= 0;
    }

    static boolean isSpace(String text) {
        return !text.isEmpty() && text.codePoints().allMatch(PyChars::isSpace);
    }

    static boolean isLower(String text) {
        return text.codePoints().anyMatch(Character::isLowerCase)
                && text.codePoints().noneMatch(point -> Character.isUpperCase(point) || Character.isTitleCase(point));
    }

    static boolean isUpper(String text) {
        return text.codePoints().anyMatch(Character::isUpperCase)
                && text.codePoints().noneMatch(point -> Character.isLowerCase(point) || Character.isTitleCase(point));
    }

    static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = Character.charCount(text.codePointAt(0));
        return titleCase(text.codePointAt(0)) + text.substring(first).toLowerCase(Locale.ROOT);
    }

    /** As {@code str.title}: a letter after a letter is lower, others are upper. */
    static String title(String text) {
        StringBuilder out = new StringBuilder();
        boolean inWord = false;
        for (int point : text.codePoints().toArray()) {
            out.append(inWord ? Character.toString(point).toLowerCase(Locale.ROOT) : titleCase(point));
            inWord = Character.isUpperCase(point) || Character.isLowerCase(point) || Character.isTitleCase(point);
        }
        return out.toString();
    }

    private static String titleCase(int point) {
        String upper = Character.toString(point).toUpperCase(Locale.ROOT);
        return upper.codePointCount(0, upper.length()) > 1 // such as ß: SS is upper, Ss is title
                ? upper.charAt(0) + upper.substring(1).toLowerCase(Locale.ROOT)
                : Character.toString(Character.toTitleCase(point));
    }

    static long occurrences(String text, String part) {
        long count = 0;
        for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
            count++;
        }
        return count;
    }

    /** At most count replacements, all of them if count is negative. */
    static String replace(String text, String old, String replacement, long count) {
        if (old.isEmpty()) {
            throw Fault.unsupported("replacing the empty string");
        }
        long times = occurrences(text, old);
        times = count < 0 ? times : Math.min(times, count);
        Limits.text(text.length() + times * (replacement.length() - old.length()));
        StringBuilder out = new StringBuilder();
        int from = 0;
        for (long i = 0; i < times; i++) {
            int at = text.indexOf(old, from);
            out.append(text, from, at).append(replacement);
            from = at + old.length();
        }
        return out.append(text, from, text.length()).toString();
    }

    /** {@code separator.join(items)}: strings only. */
    static String joinStrings(String separator, Object items) {
        StringBuilder out = new StringBuilder();
        boolean first = true;
        for (Iterator<Object> all = PyIteration.iterate(items); all.hasNext(); first = false) {
            if (!(all.next() instanceof String text)) {
                throw Fault.of("join: every item must be a string");
            }
            out.append(first ? "" : separator).append(text);
            Limits.text(out.length());
        }
        return out.toString();
    }

    static List<Object> lines(String text, boolean keepEnds) {
        List<Object> lines = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            if (PyChars.isLineBreak(text.charAt(i))) {
                int next = text.startsWith("\r\n", i) ? i + 2 : i + 1;
                lines.add(text.substring(start, keepEnds ? next : i));
                start = next;
                i = next - 1;
            }
        }
        if (start < text.length()) {
            lines.add(text.substring(start));
        }
        return lines;
    }

    /** At most limit cuts (all if negative), at the separator or at runs of white space if there is none. */
    static List<Object> split(String text, @Nullable String separator, long limit, boolean fromEnd) {
        if (separator != null && separator.isEmpty()) {
            throw Fault.of("split: empty separator");
        }
        long cuts = limit < 0 ? Long.MAX_VALUE : limit;
        if (fromEnd) {
            List<Object> parts = separator == null ? wordsFromEnd(text, cuts) : partsFromEnd(text, separator, cuts);
            Collections.reverse(parts);
            return parts;
        }
        return separator == null ? words(text, cuts) : parts(text, separator, cuts);
    }

    private static List<Object> parts(String text, String separator, long cuts) {
        List<Object> parts = new ArrayList<>();
        int from = 0;
        for (int at = text.indexOf(separator); at >= 0 && parts.size() < cuts; at = text.indexOf(separator, from)) {
            parts.add(text.substring(from, at));
            from = at + separator.length();
        }
        parts.add(text.substring(from));
        return parts;
    }

    private static List<Object> partsFromEnd(String text, String separator, long cuts) {
        List<Object> parts = new ArrayList<>();
        String rest = text;
        for (int at = rest.lastIndexOf(separator); at >= 0 && parts.size() < cuts; at = rest.lastIndexOf(separator)) {
            parts.add(rest.substring(at + separator.length()));
            rest = rest.substring(0, at);
        }
        parts.add(rest);
        return parts;
    }

    private static List<Object> words(String text, long cuts) {
        List<Object> words = new ArrayList<>();
        String rest = stripStart(text, null);
        while (!rest.isEmpty() && words.size() < cuts) {
            int end = 0;
            while (end < rest.length() && !PyChars.isSpace(rest.charAt(end))) {
                end++;
            }
            words.add(rest.substring(0, end));
            rest = stripStart(rest.substring(end), null);
        }
        if (!rest.isEmpty()) {
            words.add(rest);
        }
        return words;
    }

    private static List<Object> wordsFromEnd(String text, long cuts) {
        List<Object> words = new ArrayList<>();
        String rest = stripEnd(text, null);
        while (!rest.isEmpty() && words.size() < cuts) {
            int start = rest.length();
            while (start > 0 && !PyChars.isSpace(rest.charAt(start - 1))) {
                start--;
            }
            words.add(rest.substring(start));
            rest = stripEnd(rest.substring(0, start), null);
        }
        if (!rest.isEmpty()) {
            words.add(rest);
        }
        return words;
    }
}
