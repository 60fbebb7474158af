/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.library;

import io.headwater.model.template.library.Filters.Filter;
import io.headwater.model.template.python.CallArguments;
import io.headwater.model.template.python.CallArguments.Bound;
import io.headwater.model.template.python.Fault;
import io.headwater.model.template.python.PyNumbers;
import io.headwater.model.template.python.PyType;
import io.headwater.model.template.python.Undefined;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Filters that make numbers. */
final class NumberFilters {
    private static final Pattern INTEGER = Pattern.compile("[+-]?[0-9a-zA-Z]+(?:_[0-9a-zA-Z]+)*");
    private static final Pattern REAL = Pattern.compile(
            "[+-]?(?:\\d+(?:_\\d+)*\\.?(?:\\d+(?:_\\d+)*)?|\\.\\d+(?:_\\d+)*)(?:[eE][+-]?\\d+(?:_\\d+)*)?");

    static final Map<String, Filter> ALL = Map.of(
            "int", (value, arguments) -> toInteger(value, arguments),
            "float", (value, arguments) -> toReal(value, arguments),
            "abs", (value, arguments) -> absolute(value, arguments),
            "round", (value, arguments) -> round(value, arguments));

    private NumberFilters() {}

    private static Object toInteger(Object value, CallArguments arguments) {
        Bound bound = arguments.bind("int", "default", "base");
        Object absent = bound.get(0, 0L);
        return switch (value) {
            case Long number -> number;
            case Boolean bool -> bool ? 1L : 0L;
            case Double number -> truncate(number);
            case String text -> {
                Object number = parseInteger(text, bound.integer(1, 10));
                Double real = number == null ? parseReal(text) : null;
                boolean finite = real != null && !real.isInfinite() && !real.isNaN();
                yield number != null ? number : finite && real != null ? truncate(real) : absent;
            }
            case Undefined undefined -> throw undefined.fault();
            default -> absent;
        };
    }

    private static Object truncate(double number) {
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            throw Fault.of("cannot convert float " + number + " to integer");
        }
        return exact(new BigDecimal(number).toBigInteger());
    }

    private static Object exact(BigInteger number) {
        if (number.bitLength() > 63) {
            throw Fault.unsupported("an integer of more than 64 bits");
        }
        return number.longValue();
    }

    private static @Nullable Object parseInteger(String text, long base) {
        String digits = PyStrings.strip(text, null).toLowerCase(Locale.ROOT);
        if (!INTEGER.matcher(digits).matches() || base < 2 || base > 36) {
            return null;
        }
        String prefix = base == 16 ? "0x" : base == 8 ? "0o" : base == 2 ? "0b" : "-";
        String sign = digits.startsWith("-") ? "-" : "";
        String unsigned = digits.startsWith("+") || digits.startsWith("-") ? digits.substring(1) : digits;
        String plain = unsigned.startsWith(prefix) ? unsigned.substring(2) : unsigned;
        try {
            return exact(new BigInteger(sign + plain.replace("_", ""), (int) base));
        } catch (NumberFormatException notANumber) {
            return null;
        }
    }

    private static @Nullable Double parseReal(String text) {
        String digits = PyStrings.strip(text, null).toLowerCase(Locale.ROOT);
        return switch (digits) {
            case "inf", "+inf", "infinity", "+infinity" -> Double.POSITIVE_INFINITY;
            case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
            case "nan", "+nan", "-nan" -> Double.NaN;
            default -> REAL.matcher(digits).matches() ? Double.valueOf(digits.replace("_", "")) : null;
        };
    }

    private static Object toReal(Object value, CallArguments arguments) {
        Object absent = arguments.bind("float", "default").get(0, 0.0);
        return switch (value) {
            case Double number -> number;
            case Long number -> number.doubleValue();
            case Boolean bool -> bool ? 1.0 : 0.0;
            case String text -> {
                Double number = parseReal(text);
                yield number == null ? absent : number;
            }
            case Undefined undefined -> throw undefined.fault();
            default -> absent;
        };
    }

    private static Object absolute(Object value, CallArguments arguments) {
        arguments.bind("abs");
        return switch (value) {
            case Double number -> Math.abs(number);
            case Long _, Boolean _ -> {
                Object number = PyNumbers.plus(value);
                yield (Long) number < 0 ? PyNumbers.negate(number) : number;
            }
            case Undefined undefined -> throw undefined.fault();
            default -> throw Fault.of("bad operand type for abs(): '" + PyType.of(value) + "'");
        };
    }

    private static Object round(Object value, CallArguments arguments) {
        Bound bound = arguments.bind("round", "precision", "method");
        long precision = Math.clamp(bound.integer(0, 0), -400, 400);
        String method = bound.string(1, "common");
        if (value instanceof Undefined undefined) {
            throw undefined.fault();
        }
        if (!(value instanceof Double || value instanceof Long || value instanceof Boolean)) {
            throw Fault.of("round needs a number, not " + PyType.of(value));
        }
        if (value instanceof Double real && (real.isNaN() || real.isInfinite())) {
            throw Fault.unsupported("rounding " + real);
        }
        return switch (method) {
            case "common" -> common(value, (int) precision);
            case "ceil" -> scaled(value, precision, true);
            case "floor" -> scaled(value, precision, false);
            default -> throw Fault.of("round: method must be common, ceil or floor");
        };
    }

    /** Python's round: of the exact value, half to even. */
    private static Object common(Object value, int precision) {
        if (!(value instanceof Double real)) {
            BigDecimal whole = BigDecimal.valueOf((Long) PyNumbers.plus(value));
            return precision >= 0
                    ? PyNumbers.plus(value)
                    : exact(whole.setScale(precision, RoundingMode.HALF_EVEN).toBigInteger());
        }
        double rounded =
                new BigDecimal(real).setScale(precision, RoundingMode.HALF_EVEN).doubleValue();
        return Math.copySign(rounded, real);
    }

    private static Object scaled(Object value, long precision, boolean up) {
        Object factor = PyNumbers.apply(PyNumbers.Operator.POWER, 10L, precision);
        Object product = PyNumbers.apply(PyNumbers.Operator.MULTIPLY, value, factor);
        Object whole = product instanceof Double real
                ? exact(new BigDecimal(up ? Math.ceil(real) : Math.floor(real)).toBigInteger())
                : product;
        return PyNumbers.apply(PyNumbers.Operator.DIVIDE, whole, factor);
    }
}
