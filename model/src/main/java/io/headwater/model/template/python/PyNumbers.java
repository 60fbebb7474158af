/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.python;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;

/** Python's arithmetic operators; integers beyond 64 bits are a {@link Fault}. Sequences: {@code +} joins, {@code *} repeats. */
public final class PyNumbers {
    /** A binary operator of the template language. */
    public enum Operator {
        ADD("+"),
        SUBTRACT("-"),
        MULTIPLY("*"),
        DIVIDE("/"),
        FLOOR_DIVIDE("//"),
        MODULO("%"),
        POWER("**");

        private final String symbol;

        Operator(String symbol) {
            this.symbol = symbol;
        }

        public String symbol() {
            return symbol;
        }
    }

    private PyNumbers() {}

    public static Object apply(Operator operator, Object left, Object right) {
        if (PyOrder.isNumber(left) && PyOrder.isNumber(right)) {
            try {
                return left instanceof Double || right instanceof Double
                        ? (Object) reals(operator, real(left), real(right))
                        : integers(operator, integer(left), integer(right));
            } catch (ArithmeticException tooBig) {
                throw Fault.unsupported("an integer of more than 64 bits (" + integer(left) + " " + operator.symbol()
                        + " " + integer(right) + ")");
            }
        }
        return switch (operator) {
            case ADD -> join(left, right);
            case MULTIPLY -> repeat(left, right);
            case MODULO -> {
                if (left instanceof String || left instanceof Markup) {
                    throw Fault.unsupported("formatting a string with %");
                }
                throw mismatch(operator, left, right);
            }
            case SUBTRACT, DIVIDE, FLOOR_DIVIDE, POWER -> throw mismatch(operator, left, right);
        };
    }

    public static Object negate(Object value) {
        return switch (value) {
            case Double number -> -number;
            case Long _, Boolean _ -> apply(Operator.SUBTRACT, 0L, value);
            case Undefined undefined -> throw undefined.fault();
            default -> throw Fault.of("bad operand type for unary -: '" + PyType.of(value) + "'");
        };
    }

    public static Object plus(Object value) {
        return switch (value) {
            case Double number -> number;
            case Long _, Boolean _ -> integer(value);
            case Undefined undefined -> throw undefined.fault();
            default -> throw Fault.of("bad operand type for unary +: '" + PyType.of(value) + "'");
        };
    }

    static long integer(Object number) {
        return number instanceof Boolean bool ? (bool ? 1 : 0) : (Long) number;
    }

    static double real(Object number) {
        return number instanceof Double value ? value : (double) integer(number);
    }

    private static Object integers(Operator operator, long left, long right) {
        return switch (operator) {
            case ADD -> Math.addExact(left, right);
            case SUBTRACT -> Math.subtractExact(left, right);
            case MULTIPLY -> Math.multiplyExact(left, right);
            case DIVIDE ->
                BigDecimal.valueOf(left)
                        .divide(BigDecimal.valueOf(nonZero(right)), MathContext.DECIMAL128)
                        .doubleValue();
            case FLOOR_DIVIDE -> Math.floorDivExact(left, nonZero(right));
            case MODULO -> Math.floorMod(left, nonZero(right));
            case POWER -> right < 0 ? (Object) realPower((double) left, (double) right) : (Object) power(left, right);
        };
    }

    private static long nonZero(long divisor) {
        if (divisor == 0) {
            throw Fault.of("division by zero");
        }
        return divisor;
    }

    private static long power(long base, long exponent) {
        if (base == 0 || base == 1) {
            return exponent == 0 ? 1 : base;
        }
        if (base == -1) {
            return exponent % 2 == 0 ? 1 : -1;
        }
        if (exponent > 63) {
            throw new ArithmeticException();
        }
        long result = 1;
        for (long i = 0; i < exponent; i++) {
            result = Math.multiplyExact(result, base);
        }
        return result;
    }

    private static double reals(Operator operator, double left, double right) {
        return switch (operator) {
            case ADD -> left + right;
            case SUBTRACT -> left - right;
            case MULTIPLY -> left * right;
            case DIVIDE -> left / nonZero(right);
            case FLOOR_DIVIDE -> floorDivide(left, nonZero(right));
            case MODULO -> modulo(left, nonZero(right));
            case POWER -> realPower(left, right);
        };
    }

    private static double nonZero(double divisor) {
        if (divisor == 0) {
            throw Fault.of("float division by zero");
        }
        return divisor;
    }

    /** CPython's float_divmod: exact remainder first, so that the quotient is not off by one. */
    private static double floorDivide(double left, double right) {
        double quotient = (left - modulo(left, right)) / right;
        if (quotient == 0) {
            return Math.copySign(0.0, left / right);
        }
        double floor = Math.floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static double modulo(double left, double right) {
        double remainder = left % right;
        if (remainder == 0) {
            return Math.copySign(0.0, right);
        }
        return (right < 0) == (remainder < 0) ? remainder : remainder + right;
    }

    private static double realPower(double base, double exponent) {
        if (base == 0 && exponent < 0) {
            throw Fault.of("0.0 cannot be raised to a negative power");
        }
        if (base < 0 && exponent != Math.rint(exponent)) {
            throw Fault.unsupported("a complex number");
        }
        return Math.pow(base, exponent);
    }

    private static Object join(Object left, Object right) {
        if (left instanceof String first && right instanceof String second) {
            Limits.text((long) first.length() + second.length());
            return first + second;
        }
        if (left instanceof List<?> first && right instanceof List<?> second) {
            return joined(first, second);
        }
        if (left instanceof Tuple(List<Object> first) && right instanceof Tuple(List<Object> second)) {
            return new Tuple(joined(first, second));
        }
        if ((left instanceof Markup && isText(right)) || (right instanceof Markup && isText(left))) {
            return new Markup(safe(left) + safe(right));
        }
        throw mismatch(Operator.ADD, left, right);
    }

    private static boolean isText(Object value) {
        return value instanceof String || value instanceof Markup;
    }

    private static String safe(Object text) {
        return text instanceof Markup(String safe) ? safe : Markup.escape((String) text);
    }

    private static List<Object> joined(List<?> first, List<?> second) {
        Limits.items((long) first.size() + second.size());
        List<Object> joined = new ArrayList<>(first);
        joined.addAll(second);
        return joined;
    }

    private static Object repeat(Object left, Object right) {
        boolean countFirst = left instanceof Long || left instanceof Boolean;
        Object sequence = countFirst ? right : left;
        Object times = countFirst ? left : right;
        if (!(times instanceof Long || times instanceof Boolean)) {
            throw mismatch(Operator.MULTIPLY, left, right);
        }
        long count = Math.max(0, integer(times));
        return switch (sequence) {
            case String text -> {
                Limits.text(
                        text.isEmpty()
                                ? 0
                                : Math.multiplyHigh(text.length(), count) == 0
                                        ? text.length() * count
                                        : Long.MAX_VALUE);
                yield text.isEmpty() ? "" : text.repeat((int) count);
            }
            case List<?> list -> repeated(list, count);
            case Tuple tuple -> new Tuple(repeated(tuple.items(), count));
            default -> throw mismatch(Operator.MULTIPLY, left, right);
        };
    }

    private static List<Object> repeated(List<?> list, long count) {
        List<Object> repeated = new ArrayList<>();
        for (long i = 0; i < count && !list.isEmpty(); i++) {
            Limits.items((long) repeated.size() + list.size());
            repeated.addAll(list);
        }
        return repeated;
    }

    private static Fault mismatch(Operator operator, Object left, Object right) {
        return PyOrder.undefinedOr(
                left,
                right,
                "unsupported operand type(s) for " + operator.symbol() + ": '" + PyType.of(left) + "' and '"
                        + PyType.of(right) + "'");
    }
}
