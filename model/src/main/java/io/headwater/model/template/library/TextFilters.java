/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.library;

import io.headwater.model.template.library.Filters.Filter;
import io.headwater.model.template.python.CallArguments;
import io.headwater.model.template.python.CallArguments.Bound;
import io.headwater.model.template.python.Fault;
import io.headwater.model.template.python.Limits;
import io.headwater.model.template.python.Markup;
import io.headwater.model.template.python.None;
import io.headwater.model.template.python.PyIteration;
import io.headwater.model.template.python.PyJson;
import io.headwater.model.template.python.PyText;
import io.headwater.model.template.python.PyType;
import io.headwater.model.template.python.Undefined;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Filters that make text. */
final class TextFilters {
    private static final Pattern WORD_BEGINNING = Pattern.compile("(?<=[-\\s({\\[<])(?=[^-\\s({\\[<])");

    static final Map<String, Filter> ALL = Map.ofEntries(
            Map.entry("trim", (value, arguments) -> {
                Bound bound = arguments.bind("trim", "chars");
                return PyStrings.strip(text("trim", value), PyStrings.stringOrNone("trim", bound, 0));
            }),
            Map.entry(
                    "upper",
                    (value, arguments) -> plain("upper", value, arguments).toUpperCase(Locale.ROOT)),
            Map.entry(
                    "lower",
                    (value, arguments) -> plain("lower", value, arguments).toLowerCase(Locale.ROOT)),
            Map.entry("capitalize", (value, arguments) -> PyStrings.capitalize(plain("capitalize", value, arguments))),
            Map.entry("title", (value, arguments) -> title(plain("title", value, arguments))),
            Map.entry("string", (value, arguments) -> string(value, arguments)),
            Map.entry("safe", (value, arguments) -> {
                arguments.bind("safe");
                return new Markup(PyText.str(value));
            }),
            Map.entry("replace", (value, arguments) -> replace(value, arguments)),
            Map.entry("indent", (value, arguments) -> indent(value, arguments)),
            Map.entry("tojson", (value, arguments) -> toJson(value, arguments)));

    private TextFilters() {}

    /** The text of a filter's input; the results of {@code safe} stay out, since Jinja2 would escape. */
    static String text(String filter, Object value) {
        if (value instanceof Markup) {
            throw Fault.unsupported("the filter '" + filter + "' after 'safe'");
        }
        return PyText.str(value);
    }

    private static String plain(String filter, Object value, CallArguments arguments) {
        arguments.bind(filter);
        return text(filter, value);
    }

    private static Object string(Object value, CallArguments arguments) {
        arguments.bind("string");
        return value instanceof Markup ? value : PyText.str(value);
    }

    /** Jinja2's own title, not Python's: a word begins after white space, hyphens and opening brackets only. */
    private static String title(String text) {
        StringBuilder out = new StringBuilder();
        for (String word : WORD_BEGINNING.split(text, -1)) {
            if (!word.isEmpty()) {
                int first = Character.charCount(word.codePointAt(0));
                out.append(word.substring(0, first).toUpperCase(Locale.ROOT));
                out.append(word.substring(first).toLowerCase(Locale.ROOT));
            }
        }
        return out.toString();
    }

    private static Object replace(Object value, CallArguments arguments) {
        Bound bound = arguments.bind("replace", "old", "new", "count");
        long count = bound.get(2, None.NONE) == None.NONE ? -1 : bound.integer(2);
        return PyStrings.replace(
                text("replace", value), text("replace", bound.get(0)), text("replace", bound.get(1)), count);
    }

    private static Object indent(Object value, CallArguments arguments) {
        Bound bound = arguments.bind("indent", "width", "first", "blank");
        if (!(value instanceof String text)) {
            throw value instanceof Undefined undefined
                    ? undefined.fault()
                    : Fault.of("indent needs a string, not " + PyType.of(value));
        }
        String indention = bound.get(0, 4L) instanceof String given ? given : spaces(bound.integer(0, 4));
        boolean blank = bound.truth(2, false);
        StringBuilder out = new StringBuilder(bound.truth(1, false) ? indention : "");
        List<Object> lines = PyStrings.lines(text + "\n", false);
        for (int i = 0; i < lines.size(); i++) {
            String line = (String) lines.get(i);
            if (i > 0) {
                out.append('\n').append(blank || !line.isEmpty() ? indention : "");
            }
            out.append(line);
            Limits.text(out.length());
        }
        return out.toString();
    }

    private static String spaces(long width) {
        Limits.text(width);
        return " ".repeat((int) Math.max(0, width));
    }

    /** transformers' tojson: json.dumps with non-ASCII letters as they are. */
    private static Object toJson(Object value, CallArguments arguments) {
        Bound bound = arguments.bind("tojson", "ensure_ascii", "indent", "separators", "sort_keys");
        String indent = jsonIndent(bound.get(1, None.NONE));
        Object separators = bound.get(2, None.NONE);
        String itemSeparator = indent == null ? ", " : ",";
        String keySeparator = ": ";
        if (separators != None.NONE) {
            List<Object> pair = PyIteration.list(separators);
            if (pair.size() != 2 || !(pair.get(0) instanceof String item) || !(pair.get(1) instanceof String key)) {
                throw Fault.of("tojson: separators must be two strings");
            }
            itemSeparator = item;
            keySeparator = key;
        }
        return new PyJson(bound.truth(0, false), indent, itemSeparator, keySeparator, bound.truth(3, false))
                .dump(value);
    }

    private static @org.jspecify.annotations.Nullable String jsonIndent(Object indent) {
        return switch (indent) {
            case None _ -> null;
            case String text -> text;
            case Long width -> spaces(width);
            default -> throw Fault.of("tojson: indent must be an integer or a string, not " + PyType.of(indent));
        };
    }
}
