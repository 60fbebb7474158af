/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.library;

import io.headwater.model.template.python.CallArguments;
import io.headwater.model.template.python.Fault;
import io.headwater.model.template.python.Markup;
import io.headwater.model.template.python.None;
import io.headwater.model.template.python.PyCallable;
import io.headwater.model.template.python.PyIteration;
import io.headwater.model.template.python.PyNumbers;
import io.headwater.model.template.python.PyOrder;
import io.headwater.model.template.python.PyText;
import io.headwater.model.template.python.Range;
import io.headwater.model.template.python.Tuple;
import io.headwater.model.template.python.Undefined;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/** What can stand behind {@code is}. */
public final class Tests {
    @FunctionalInterface
    private interface Test {
        boolean holds(Object value, CallArguments arguments);
    }

    private static final Map<String, Test> ALL = all();

    private Tests() {}

    public static boolean test(String name, Object value, CallArguments arguments) {
        Test test = ALL.get(name);
        if (test == null) {
            throw Fault.unsupported("the test '" + name + "'");
        }
        return test.holds(value, arguments);
    }

    private static Map<String, Test> all() {
        Map<String, Test> all = new HashMap<>();
        types(all);
        comparisons(all);
        alone(
                all,
                "odd",
                value -> remainder(value, 2L).equals(1L) || remainder(value, 2L).equals(1.0));
        alone(
                all,
                "even",
                value -> remainder(value, 2L).equals(0L) || remainder(value, 2L).equals(0.0));
        alone(all, "lower", value -> PyStrings.isLower(PyText.str(value)));
        alone(all, "upper", value -> PyStrings.isUpper(PyText.str(value)));
        against(all, (value, divisor) -> PyOrder.equal(remainder(value, divisor), 0L), "divisibleby");
        against(all, (value, hay) -> PyOrder.contains(hay, value), "in");
        against(all, Tests::same, "sameas");
        return Map.copyOf(all);
    }

    private static void types(Map<String, Test> all) {
        alone(all, "defined", value -> !(value instanceof Undefined));
        alone(all, "undefined", Undefined.class::isInstance);
        alone(all, "none", value -> value == None.NONE);
        alone(all, "boolean", Boolean.class::isInstance);
        alone(all, "true", value -> value.equals(true));
        alone(all, "false", value -> value.equals(false));
        alone(all, "integer", Long.class::isInstance);
        alone(all, "float", Double.class::isInstance);
        alone(all, "number", value -> value instanceof Long || value instanceof Double || value instanceof Boolean);
        alone(all, "string", value -> value instanceof String || value instanceof Markup);
        alone(all, "mapping", Map.class::isInstance);
        alone(all, "iterable", PyIteration::isIterable);
        alone(all, "sequence", Tests::isSequence);
        alone(all, "callable", value -> value instanceof PyCallable || value instanceof Undefined);
    }

    private static void comparisons(Map<String, Test> all) {
        against(all, PyOrder::equal, "eq", "equalto", "==");
        against(all, (left, right) -> !PyOrder.equal(left, right), "ne", "!=");
        against(all, (left, right) -> PyOrder.compare(left, right, ">") > 0, "gt", "greaterthan", ">");
        against(all, (left, right) -> PyOrder.compare(left, right, ">=") >= 0, "ge", ">=");
        against(all, (left, right) -> PyOrder.compare(left, right, "<") < 0, "lt", "lessthan", "<");
        against(all, (left, right) -> PyOrder.compare(left, right, "<=") <= 0, "le", "<=");
    }

    private static void alone(Map<String, Test> all, String name, Predicate<Object> test) {
        all.put(name, (value, arguments) -> {
            arguments.bind("the test '" + name + "'");
            return test.test(value);
        });
    }

    private static void against(Map<String, Test> all, BiPredicate<Object, Object> test, String... names) {
        for (String name : names) {
            all.put(
                    name,
                    (value, arguments) -> test.test(
                            value,
                            arguments.bind("the test '" + name + "'", "other").get(0)));
        }
    }

    private static boolean isSequence(Object value) {
        return value instanceof String
                || value instanceof Markup
                || value instanceof List<?>
                || value instanceof Map<?, ?>
                || value instanceof Tuple
                || value instanceof Range
                || value instanceof Undefined;
    }

    private static Object remainder(Object value, Object divisor) {
        return PyNumbers.apply(PyNumbers.Operator.MODULO, value, divisor);
    }

    private static boolean same(Object value, Object other) {
        if (value instanceof None || value instanceof Boolean || other instanceof None || other instanceof Boolean) {
            return value.equals(other);
        }
        throw Fault.unsupported("the test 'sameas' for anything but none, true and false");
    }
}
