/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.python;

import java.util.List;
import java.util.Map;

/** Python's {@code str()} and {@code repr()}. */
public final class PyText {
    private PyText() {}

    /** What printing the value gives; a {@link Fault} for values whose Python text is of no use in a prompt (generators, functions). */
    public static String str(Object value) {
        return switch (value) {
            case String text -> text;
            case Markup markup -> markup.text();
            case Undefined _ -> "";
            default -> repr(value);
        };
    }

    public static String repr(Object value) {
        StringBuilder out = new StringBuilder();
        repr(value, out);
        return out.toString();
    }

    private static void repr(Object value, StringBuilder out) {
        Limits.text(out.length());
        switch (value) {
            case String text -> quote(text, out);
            case None _ -> out.append("None");
            case Boolean bool -> out.append(bool ? "True" : "False");
            case Long number -> out.append(number.longValue());
            case Double number -> out.append(PyFloat.repr(number));
            case Undefined _ -> out.append("Undefined");
            case Range range -> range(range, out);
            case List<?> list -> join("[", list, "]", out);
            case Tuple tuple -> join("(", tuple.items(), tuple.items().size() == 1 ? ",)" : ")", out);
            case Map<?, ?> dict -> dict(dict, out);
            case DictView view -> join(view.kind().pythonName() + "([", view.items(), "])", out);
            default -> throw Fault.of("printing a " + PyType.of(value) + " gives no text for a prompt");
        }
    }

    private static void range(Range range, StringBuilder out) {
        out.append("range(").append(range.start()).append(", ").append(range.stop());
        if (range.step() != 1) {
            out.append(", ").append(range.step());
        }
        out.append(')');
    }

    private static void join(String open, List<?> items, String close, StringBuilder out) {
        out.append(open);
        String separator = "";
        for (Object item : items) {
            out.append(separator);
            repr(item, out);
            separator = ", ";
        }
        out.append(close);
    }

    private static void dict(Map<?, ?> dict, StringBuilder out) {
        out.append('{');
        String separator = "";
        for (Map.Entry<?, ?> entry : dict.entrySet()) {
            out.append(separator);
            repr(entry.getKey(), out);
            out.append(": ");
            repr(entry.getValue(), out);
            separator = ", ";
        }
        out.append('}');
    }

    private static void quote(String text, StringBuilder out) {
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        out.append(quote);
        text.codePoints().forEach(point -> {
            switch (point) {
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (point == quote) {
                        out.append('\\').append(quote);
                    } else if (PyChars.isPrintable(point)) {
                        out.appendCodePoint(point);
                    } else {
                        out.append(escape(point));
                    }
                }
            }
        });
        out.append(quote);
    }

    private static String escape(int point) {
        return point < 0x100
                ? String.format("\\x%02x", point)
                : point < 0x10000 ? String.format("\\u%04x", point) : String.format("\\U%08x", point);
    }
}
