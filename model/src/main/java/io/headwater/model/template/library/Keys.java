/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.library;

import io.headwater.model.template.python.Fault;
import io.headwater.model.template.python.None;
import io.headwater.model.template.python.PyType;
import io.headwater.model.template.python.Undefined;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** The {@code attribute=} and {@code case_sensitive=} arguments of filters: what of an item is looked at. */
final class Keys {
    private Keys() {}

    /** The item itself for None; for {@code "a.b.0"} the element of the element of the element. */
    static UnaryOperator<Object> attribute(Object attribute) {
        if (attribute == None.NONE) {
            return item -> item;
        }
        List<Object> path = path(attribute);
        return item -> {
            Object value = item;
            for (Object part : path) {
                value = Access.element(value, part);
            }
            return value;
        };
    }

    /** As {@link #attribute}, with a value in place of Undefined (None: without). */
    static UnaryOperator<Object> attributeOr(Object attribute, Object absent) {
        List<Object> path = path(attribute);
        return item -> {
            Object value = item;
            for (Object part : path) {
                value = Access.element(value, part);
                value = absent != None.NONE && value instanceof Undefined ? absent : value;
            }
            return value;
        };
    }

    /** Several attributes with commas between them, always as a list: undefined ones are equal there, and not compared. */
    static UnaryOperator<Object> attributes(Object attribute, boolean caseSensitive) {
        List<Object> parts =
                attribute instanceof String text ? PyStrings.split(text, ",", -1, false) : List.of(attribute);
        List<UnaryOperator<Object>> keys = new ArrayList<>();
        for (Object part : parts) {
            keys.add(folded(attribute(part), caseSensitive));
        }
        return item -> keys.stream().map(key -> key.apply(item)).toList();
    }

    static UnaryOperator<Object> folded(UnaryOperator<Object> key, boolean caseSensitive) {
        return caseSensitive
                ? key
                : item -> key.apply(item) instanceof String text ? text.toLowerCase(Locale.ROOT) : key.apply(item);
    }

    private static List<Object> path(Object attribute) {
        if (attribute instanceof Long) {
            return List.of(attribute);
        }
        if (!(attribute instanceof String text)) {
            throw Fault.of("an attribute must be a string or an integer, not " + PyType.of(attribute));
        }
        List<Object> path = new ArrayList<>();
        for (Object part : PyStrings.split(text, ".", -1, false)) {
            String name = (String) part;
            boolean index =
                    !name.isEmpty() && name.length() < 10 && name.chars().allMatch(c -> c >= '0' && c <= '9');
            path.add(index ? (Object) Long.valueOf(name) : name);
        }
        return path;
    }
}
