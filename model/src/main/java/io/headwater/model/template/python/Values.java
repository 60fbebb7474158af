/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.python;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Brings a caller's JSON-like data into the form the template sees. */
public final class Values {
    private Values() {}

    /**
     * A deep copy: null becomes None, integers Long, floats Double, any Iterable a list. Map keys must be strings.
     *
     * @param where names the data in messages, such as {@code messages[0].content}
     */
    public static Object of(@Nullable Object data, String where) {
        return convert(data, where, 0);
    }

    private static Object convert(@Nullable Object data, String where, int depth) {
        if (depth > Limits.DATA_DEPTH) {
            throw Fault.of("the variables are nested deeper than " + Limits.DATA_DEPTH + " levels at " + where);
        }
        return switch (data) {
            case null -> None.NONE;
            case None none -> none;
            case Boolean value -> value;
            case String text -> text;
            case Character letter -> letter.toString();
            case Byte number -> number.longValue();
            case Short number -> number.longValue();
            case Integer number -> number.longValue();
            case Long number -> number;
            case BigInteger number -> integer(number, where);
            case Float number -> number.doubleValue();
            case Number number -> number.doubleValue();
            case Map<?, ?> map -> dict(map, where, depth);
            case Iterable<?> items -> list(items, where, depth);
            default ->
                throw Fault.of("variable " + where + " is a " + data.getClass().getName()
                        + ": give null, Boolean, Number, String, List or Map");
        };
    }

    private static Long integer(BigInteger number, String where) {
        if (number.bitLength() > 63) {
            throw Fault.of("variable " + where + " is an integer of more than 64 bits");
        }
        return number.longValue();
    }

    private static Map<Object, Object> dict(Map<?, ?> map, String where, int depth) {
        Map<Object, Object> dict = new LinkedHashMap<>();
        map.forEach((key, value) -> {
            if (!(key instanceof String name)) {
                throw Fault.of("variable " + where + " has a key that is not a string: " + key);
            }
            dict.put(name, convert(value, where + "." + name, depth + 1));
        });
        return Collections.unmodifiableMap(dict);
    }

    private static List<Object> list(Iterable<?> items, String where, int depth) {
        List<Object> list = new ArrayList<>();
        for (Object item : items) {
            list.add(convert(item, where + "[" + list.size() + "]", depth + 1));
        }
        return Collections.unmodifiableList(list);
    }
}
