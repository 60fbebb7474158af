/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.python;

import java.math.BigDecimal;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Python's {@code ==}, {@code <}, {@code in}, and the key under which equal values meet in a dict. */
public final class PyOrder {
    private PyOrder() {}

    public static boolean equal(Object left, Object right) {
        if (isNumber(left) && isNumber(right)) {
            return numbersEqual(left, right);
        }
        return switch (left) {
            case String text -> text.equals(right instanceof Markup(String other) ? other : right);
            case Markup markup -> equal(markup.text(), right);
            case Undefined _ -> right instanceof Undefined;
            case List<?> list -> right instanceof List<?> other && allEqual(list, other);
            case Tuple(List<Object> items) -> right instanceof Tuple(List<Object> others) && allEqual(items, others);
            case Map<?, ?> dict -> right instanceof Map<?, ?> other && dictsEqual(dict, other);
            case Range range -> right instanceof Range other && range.items().equals(other.items());
            case DictView _ -> throw Fault.unsupported("comparing " + PyType.of(left) + " with " + PyType.of(right));
            default -> left.equals(right);
        };
    }

    /** Negative, zero, positive; a {@link Fault} where Python has no order. Numbers with NaN must not come here. */
    public static int compare(Object left, Object right, String operator) {
        if (isNumber(left) && isNumber(right)) {
            return left instanceof Double || right instanceof Double
                    ? compareFloats(left, right)
                    : Long.compare(PyNumbers.integer(left), PyNumbers.integer(right));
        }
        if (left instanceof String first && right instanceof String second) {
            return compareText(first, second);
        }
        if (left instanceof List<?> first && right instanceof List<?> second) {
            return compareItems(first, second, operator);
        }
        if (left instanceof Tuple(List<Object> first) && right instanceof Tuple(List<Object> second)) {
            return compareItems(first, second, operator);
        }
        throw undefinedOr(
                left,
                right,
                "'" + operator + "' not supported between instances of '" + PyType.of(left) + "' and '"
                        + PyType.of(right) + "'");
    }

    /** Python's {@code needle in hay}. */
    public static boolean contains(Object hay, Object needle) {
        if (hay instanceof String text) {
            if (needle instanceof String part) {
                return text.contains(part);
            }
            throw Fault.of("'in <string>' requires string as left operand, not " + PyType.of(needle));
        }
        if (hay instanceof Map<?, ?> dict) {
            return dict.containsKey(key(needle));
        }
        if (!PyIteration.isIterable(hay)) {
            throw Fault.of("argument of type '" + PyType.of(hay) + "' is not iterable");
        }
        for (Iterator<Object> items = PyIteration.iterate(hay); items.hasNext(); ) {
            Object item = items.next();
            if (equal(item, needle)) {
                return true;
            }
        }
        return false;
    }

    /** Equal values have equal keys: 1, 1.0 and true meet. Unhashable values are a {@link Fault}. */
    public static Object key(Object value) {
        return switch (value) {
            case Boolean bool -> bool ? 1L : 0L;
            case Double number when number == Math.rint(number) && Math.abs(number) < 1L << 62 -> number.longValue();
            case Markup markup -> markup.text();
            case Tuple tuple ->
                new Tuple(tuple.items().stream().map(PyOrder::key).toList());
            case List<?> _, Map<?, ?> _ -> throw Fault.of("unhashable type: '" + PyType.of(value) + "'");
            case Undefined _ -> new Undefined("");
            default -> value;
        };
    }

    static Fault undefinedOr(Object left, Object right, String message) {
        if (left instanceof Undefined undefined) {
            return undefined.fault();
        }
        return right instanceof Undefined undefined ? undefined.fault() : Fault.of(message);
    }

    static boolean isNumber(Object value) {
        return value instanceof Long || value instanceof Double || value instanceof Boolean;
    }

    private static boolean numbersEqual(Object left, Object right) {
        if (left instanceof Double || right instanceof Double) {
            double first = PyNumbers.real(left);
            double second = PyNumbers.real(right);
            return !Double.isNaN(first) && !Double.isNaN(second) && compareFloats(left, right) == 0;
        }
        return PyNumbers.integer(left) == PyNumbers.integer(right);
    }

    private static int compareFloats(Object left, Object right) {
        double first = PyNumbers.real(left);
        double second = PyNumbers.real(right);
        if (Double.isNaN(first) || Double.isNaN(second)) {
            throw Fault.unsupported("ordering NaN");
        }
        if (Double.isInfinite(first) || Double.isInfinite(second)) {
            return Double.compare(first, second);
        }
        return exact(left).compareTo(exact(right));
    }

    private static BigDecimal exact(Object number) {
        return number instanceof Double real ? new BigDecimal(real) : new BigDecimal(PyNumbers.integer(number));
    }

    private static int compareText(String first, String second) {
        int[] left = first.codePoints().toArray();
        int[] right = second.codePoints().toArray();
        return java.util.Arrays.compare(left, right);
    }

    private static int compareItems(List<?> first, List<?> second, String operator) {
        for (int i = 0; i < Math.min(first.size(), second.size()); i++) {
            if (!equal(first.get(i), second.get(i))) {
                return compare(first.get(i), second.get(i), operator);
            }
        }
        return Integer.compare(first.size(), second.size());
    }

    private static boolean allEqual(List<?> first, List<?> second) {
        if (first.size() != second.size()) {
            return false;
        }
        for (int i = 0; i < first.size(); i++) {
            if (!equal(first.get(i), second.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean dictsEqual(Map<?, ?> first, Map<?, ?> second) {
        if (first.size() != second.size()) {
            return false;
        }
        for (Map.Entry<?, ?> entry : first.entrySet()) {
            Object other = second.get(entry.getKey());
            if (other == null || !equal(entry.getValue(), other)) {
                return false;
            }
        }
        return true;
    }
}
