/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.python;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Python's {@code owner[key]} and {@code owner[from:to:step]}. */
public final class PyItems {
    private PyItems() {}

    /** The element, or null where Python raises TypeError or LookupError (Jinja2 then tries the attribute). */
    public static @Nullable Object item(Object owner, Object key) {
        if (owner instanceof Undefined undefined) {
            throw undefined.fault();
        }
        if (owner instanceof Markup) {
            throw Fault.unsupported("an index on the result of the safe filter");
        }
        if (owner instanceof Map<?, ?> dict) {
            return key instanceof List<?> || key instanceof Map<?, ?> ? null : dict.get(PyOrder.key(key));
        }
        if (!(key instanceof Long || key instanceof Boolean) || owner instanceof DictView) {
            return null;
        }
        List<Object> items = sequence(owner);
        if (items == null) {
            return null;
        }
        long index = PyNumbers.integer(key);
        long place = index < 0 ? index + items.size() : index;
        return place >= 0 && place < items.size() ? items.get((int) place) : null;
    }

    /** A slice; each bound may be absent or None; a {@link Fault} for what cannot be sliced. */
    public static Object slice(Object owner, @Nullable Object from, @Nullable Object to, @Nullable Object step) {
        List<Object> items = sequence(owner);
        if (items == null || owner instanceof Range) {
            throw owner instanceof Undefined undefined
                    ? undefined.fault()
                    : Fault.of("a slice of '" + PyType.of(owner) + "' is not possible");
        }
        List<Object> slice = slice(items, bound(from), bound(to), bound(step));
        return switch (owner) {
            case String _ -> {
                StringBuilder text = new StringBuilder();
                slice.forEach(text::append);
                yield text.toString();
            }
            case Tuple _ -> new Tuple(slice);
            default -> slice;
        };
    }

    private static List<Object> slice(List<Object> items, @Nullable Long from, @Nullable Long to, @Nullable Long by) {
        long step = by == null ? 1 : by;
        if (step == 0) {
            throw Fault.of("slice step cannot be zero");
        }
        int size = items.size();
        long lowest = step > 0 ? 0 : -1;
        long highest = step > 0 ? size : size - 1;
        long start = from == null ? (step > 0 ? lowest : highest) : clamp(from, size, lowest, highest);
        long stop = to == null ? (step > 0 ? highest : lowest) : clamp(to, size, lowest, highest);
        List<Object> slice = new ArrayList<>();
        for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
            slice.add(items.get((int) i));
            if (Math.abs(step) > size) {
                break; // the next index is outside, and adding might overflow
            }
        }
        return slice;
    }

    private static long clamp(long bound, int size, long lowest, long highest) {
        return Math.clamp(bound < 0 ? bound + size : bound, lowest, highest);
    }

    private static @Nullable Long bound(@Nullable Object value) {
        if (value == null || value == None.NONE) {
            return null;
        }
        if (value instanceof Long || value instanceof Boolean) {
            return PyNumbers.integer(value);
        }
        throw Fault.of("slice indices must be integers or None, not " + PyType.of(value));
    }

    private static @Nullable List<Object> sequence(Object owner) {
        return switch (owner) {
            case String text -> PyIteration.characters(text);
            case Map<?, ?> _, DictView _, Undefined _ -> null;
            default -> PyIteration.itemsOrNull(owner);
        };
    }
}
