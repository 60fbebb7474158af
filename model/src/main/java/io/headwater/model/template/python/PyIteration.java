/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.python;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Truth, length and walking of any value. */
public final class PyIteration {
    private PyIteration() {}

    /** Python's {@code bool(value)}. */
    public static boolean truth(Object value) {
        return switch (value) {
            case None _, Undefined _ -> false;
            case Boolean bool -> bool;
            case Long number -> number != 0;
            case Double number -> number != 0;
            case String text -> !text.isEmpty();
            case Markup markup -> !markup.text().isEmpty();
            default -> {
                List<Object> items = itemsOrNull(value);
                yield items == null || !items.isEmpty();
            }
        };
    }

    /** Python's {@code len(value)}: code points of a string; a {@link Fault} for what has no length. */
    public static long length(Object value) {
        if (value instanceof String text) {
            return text.codePointCount(0, text.length());
        }
        if (value instanceof Markup(String text)) {
            return text.codePointCount(0, text.length());
        }
        List<Object> items = itemsOrNull(value);
        if (items == null) {
            throw Fault.of("object of type '" + PyType.of(value) + "' has no len()");
        }
        return items.size();
    }

    public static boolean hasLength(Object value) {
        return value instanceof String || value instanceof Markup || itemsOrNull(value) != null;
    }

    public static boolean isIterable(Object value) {
        return value instanceof OneShot || hasLength(value);
    }

    /** Walks a value: characters of a string, keys of a dict, elements otherwise. */
    public static Iterator<Object> iterate(Object value) {
        if (value instanceof OneShot generator) {
            return generator.remaining();
        }
        if (value instanceof String text) {
            return characters(text).iterator();
        }
        if (value instanceof Markup) {
            throw Fault.unsupported("walking the result of the safe filter");
        }
        List<Object> items = itemsOrNull(value);
        if (items == null) {
            throw Fault.of("'" + PyType.of(value) + "' object is not iterable");
        }
        return items.iterator();
    }

    /** Python's {@code list(value)}; at most {@link Limits#LIST_ITEMS} long. */
    public static List<Object> list(Object value) {
        List<Object> list = new ArrayList<>();
        for (Iterator<Object> items = iterate(value); items.hasNext(); ) {
            list.add(items.next());
            Limits.items(list.size());
        }
        return list;
    }

    /** Code points as strings. */
    static List<Object> characters(String text) {
        List<Object> characters = new ArrayList<>(text.length());
        text.codePoints().forEach(point -> characters.add(Character.toString(point)));
        return characters;
    }

    /** The elements of what is a collection in Java too, or null. */
    @SuppressWarnings("unchecked") // lists and dicts of the template hold objects and nothing else
    static @Nullable List<Object> itemsOrNull(Object value) {
        return switch (value) {
            case List<?> list -> (List<Object>) list;
            case Tuple tuple -> tuple.items();
            case Map<?, ?> dict -> new ArrayList<>(dict.keySet());
            case Range range -> range.items();
            case DictView view -> view.items();
            case Undefined _ -> List.of();
            default -> null;
        };
    }
}
