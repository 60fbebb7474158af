/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.python;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Python's {@code json.dumps}, byte for byte.
 *
 * @param indent text of one level, or null for one line
 */
public record PyJson(
        boolean ensureAscii,
        @org.jspecify.annotations.Nullable String indent,
        String itemSeparator,
        String keySeparator,
        boolean sortKeys) {

    public String dump(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, 0, out);
        return out.toString();
    }

    private void write(Object value, int level, StringBuilder out) {
        Limits.text(out.length());
        switch (value) {
            case None _ -> out.append("null");
            case Boolean bool -> out.append(bool.booleanValue());
            case Long number -> out.append(number.longValue());
            case Double number -> out.append(number(number));
            case String text -> quote(text, out);
            case Markup markup -> quote(markup.text(), out);
            case List<?> list -> array(list, level, out);
            case Tuple tuple -> array(tuple.items(), level, out);
            case Map<?, ?> dict -> object(dict, level, out);
            case Undefined undefined -> throw Fault.of("tojson: " + undefined.reason());
            default -> throw Fault.of("tojson: object of type " + PyType.of(value) + " is not JSON serializable");
        }
    }

    private static String number(double number) {
        return Double.isNaN(number)
                ? "NaN"
                : Double.isInfinite(number) ? (number > 0 ? "Infinity" : "-Infinity") : PyFloat.repr(number);
    }

    private void array(List<?> items, int level, StringBuilder out) {
        out.append('[');
        boolean first = true;
        for (Object item : items) {
            separate(first, level + 1, out);
            write(item, level + 1, out);
            first = false;
        }
        close(first, level, ']', out);
    }

    private void object(Map<?, ?> dict, int level, StringBuilder out) {
        List<Object> keys = new ArrayList<>(dict.keySet());
        if (sortKeys) {
            keys.sort((a, b) -> PyOrder.compare(a, b, "<"));
        }
        out.append('{');
        boolean first = true;
        for (Object key : keys) {
            separate(first, level + 1, out);
            quote(key == None.NONE ? "null" : PyText.str(key), out);
            out.append(keySeparator);
            Object value = dict.get(key);
            write(value == null ? None.NONE : value, level + 1, out);
            first = false;
        }
        close(first, level, '}', out);
    }

    private void separate(boolean first, int level, StringBuilder out) {
        if (!first) {
            out.append(itemSeparator);
        }
        newLine(level, out);
    }

    private void close(boolean empty, int level, char bracket, StringBuilder out) {
        if (!empty) {
            newLine(level, out);
        }
        out.append(bracket);
    }

    private void newLine(int level, StringBuilder out) {
        if (indent != null) {
            out.append('\n').repeat(indent, level);
        }
    }

    private void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char letter = text.charAt(i);
            switch (letter) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\f' -> out.append("\\f");
                case '\b' -> out.append("\\b");
                default -> {
                    if (letter < ' ' || (ensureAscii && letter > '~')) {
                        out.append(String.format("\\u%04x", (int) letter));
                    } else {
                        out.append(letter);
                    }
                }
            }
        }
        out.append('"');
    }
}
