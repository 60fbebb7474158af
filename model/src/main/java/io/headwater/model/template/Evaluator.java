/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template;

import io.headwater.model.template.library.Access;
import io.headwater.model.template.library.Filters;
import io.headwater.model.template.library.Globals;
import io.headwater.model.template.library.Tests;
import io.headwater.model.template.python.CallArguments;
import io.headwater.model.template.python.Fault;
import io.headwater.model.template.python.Limits;
import io.headwater.model.template.python.None;
import io.headwater.model.template.python.PyCallable;
import io.headwater.model.template.python.PyItems;
import io.headwater.model.template.python.PyIteration;
import io.headwater.model.template.python.PyNumbers;
import io.headwater.model.template.python.PyOrder;
import io.headwater.model.template.python.PyText;
import io.headwater.model.template.python.PyType;
import io.headwater.model.template.python.Tuple;
import io.headwater.model.template.python.Undefined;
import io.headwater.model.template.syntax.Arguments;
import io.headwater.model.template.syntax.Expression;
import io.headwater.model.template.syntax.FilterCall;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The values of expressions. Owned by the thread that renders. */
final class Evaluator {
    private final Globals globals;
    private final Budget budget;

    Evaluator(Globals globals, Budget budget) {
        this.globals = globals;
        this.budget = budget;
    }

    Object evaluate(Expression expression, Scope scope) {
        budget.enter(expression.line());
        Object value = value(expression, scope);
        budget.leave();
        return value;
    }

    private Object value(Expression expression, Scope scope) {
        return switch (expression) {
            case Expression.Literal(int _, Object value) -> value;
            case Expression.Name(int _, String name) -> variable(name, scope);
            case Expression.ListLiteral(int _, List<Expression> items) -> all(items, scope);
            case Expression.TupleLiteral(int _, List<Expression> items) -> new Tuple(all(items, scope));
            case Expression.DictLiteral dict -> dict(dict, scope);
            case Expression.Attribute(int line, Expression target, String name) -> {
                Object owner = evaluate(target, scope);
                budget.at(line);
                yield Access.attribute(owner, name);
            }
            case Expression.Item(int line, Expression target, Expression key) -> {
                Object owner = evaluate(target, scope);
                Object place = evaluate(key, scope);
                budget.at(line);
                yield Access.element(owner, place);
            }
            case Expression.Slice slice -> slice(slice, scope);
            case Expression.Call(int line, Expression callee, Arguments given) -> {
                Object function = evaluate(callee, scope);
                CallArguments arguments = arguments(given, scope);
                budget.at(line);
                yield call(function, arguments);
            }
            case Expression.Filtered(Expression target, FilterCall filter) ->
                filter(evaluate(target, scope), filter, scope);
            case Expression.Test(int line, Expression target, String name, Arguments given) -> {
                Object tested = evaluate(target, scope);
                CallArguments arguments = arguments(given, scope);
                budget.at(line);
                yield Tests.test(name, tested, arguments);
            }
            case Expression.Not(int _, Expression operand) -> !PyIteration.truth(evaluate(operand, scope));
            case Expression.Sign(int _, boolean negative, Expression operand) ->
                negative ? PyNumbers.negate(evaluate(operand, scope)) : PyNumbers.plus(evaluate(operand, scope));
            case Expression.Arithmetic(int line, PyNumbers.Operator operator, Expression first, Expression second) -> {
                Object left = evaluate(first, scope);
                Object right = evaluate(second, scope);
                budget.at(line);
                yield PyNumbers.apply(operator, left, right);
            }
            case Expression.Concat(int _, List<Expression> parts) -> concat(parts, scope);
            case Expression.And(int _, Expression first, Expression second) -> {
                Object left = evaluate(first, scope);
                yield PyIteration.truth(left) ? evaluate(second, scope) : left;
            }
            case Expression.Or(int _, Expression first, Expression second) -> {
                Object left = evaluate(first, scope);
                yield PyIteration.truth(left) ? left : evaluate(second, scope);
            }
            case Expression.Compare compare -> compare(compare, scope);
            case Expression.Conditional conditional -> conditional(conditional, scope);
        };
    }

    /** Arguments of a call, in the order they are written. */
    CallArguments arguments(Arguments given, Scope scope) {
        if (given.positional().isEmpty() && given.named().isEmpty()) {
            return CallArguments.NONE;
        }
        Map<String, Object> named = new LinkedHashMap<>();
        List<Object> positional = all(given.positional(), scope);
        given.named().forEach((name, value) -> named.put(name, evaluate(value, scope)));
        return new CallArguments(positional, named);
    }

    Object call(Object callee, CallArguments arguments) {
        return switch (callee) {
            case PyCallable callable -> callable.call(arguments);
            case Undefined undefined -> throw undefined.fault();
            default -> throw Fault.of("'" + PyType.of(callee) + "' object is not callable");
        };
    }

    Object filter(Object value, FilterCall filter, Scope scope) {
        CallArguments arguments = arguments(filter.arguments(), scope);
        budget.at(filter.line());
        return Filters.apply(filter.name(), value, arguments);
    }

    private Object variable(String name, Scope scope) {
        Object value = scope.find(name);
        if (value == null) {
            value = globals.find(name);
        }
        return value == null ? Undefined.variable(name) : value;
    }

    private List<Object> all(List<Expression> expressions, Scope scope) {
        List<Object> values = new ArrayList<>(expressions.size());
        for (Expression expression : expressions) {
            values.add(evaluate(expression, scope));
        }
        return values;
    }

    private Object dict(Expression.DictLiteral literal, Scope scope) {
        Map<Object, Object> dict = new LinkedHashMap<>();
        for (Expression.Entry entry : literal.entries()) {
            Object key = evaluate(entry.key(), scope);
            if (!(key instanceof String || key instanceof Long || key == None.NONE)) {
                throw Fault.unsupported("a dict key of type " + PyType.of(key));
            }
            dict.put(key, evaluate(entry.value(), scope));
        }
        return Collections.unmodifiableMap(dict);
    }

    private Object slice(Expression.Slice slice, Scope scope) {
        Object owner = evaluate(slice.target(), scope);
        Object from = bound(slice.from(), scope);
        Object to = bound(slice.to(), scope);
        Object step = bound(slice.step(), scope);
        budget.at(slice.line());
        return PyItems.slice(owner, from, to, step);
    }

    private @Nullable Object bound(@Nullable Expression bound, Scope scope) {
        return bound == null ? null : evaluate(bound, scope);
    }

    private Object concat(List<Expression> parts, Scope scope) {
        StringBuilder text = new StringBuilder();
        for (Expression part : parts) {
            text.append(PyText.str(evaluate(part, scope)));
            Limits.text(text.length());
        }
        return text.toString();
    }

    private Object compare(Expression.Compare compare, Scope scope) {
        Object left = evaluate(compare.first(), scope);
        for (Expression.Comparison comparison : compare.rest()) {
            Object right = evaluate(comparison.right(), scope);
            budget.at(compare.line());
            if (!holds(comparison.comparator(), left, right)) {
                return false;
            }
            left = right;
        }
        return true;
    }

    private static boolean holds(Expression.Comparator comparator, Object left, Object right) {
        return switch (comparator) {
            case EQUAL -> PyOrder.equal(left, right);
            case NOT_EQUAL -> !PyOrder.equal(left, right);
            case LESS -> PyOrder.compare(left, right, "<") < 0;
            case LESS_OR_EQUAL -> PyOrder.compare(left, right, "<=") <= 0;
            case GREATER -> PyOrder.compare(left, right, ">") > 0;
            case GREATER_OR_EQUAL -> PyOrder.compare(left, right, ">=") >= 0;
            case IN -> PyOrder.contains(right, left);
            case NOT_IN -> !PyOrder.contains(right, left);
        };
    }

    private Object conditional(Expression.Conditional conditional, Scope scope) {
        if (PyIteration.truth(evaluate(conditional.test(), scope))) {
            return evaluate(conditional.then(), scope);
        }
        return conditional.otherwise() == null
                ? new Undefined("the if expression was false and has no else")
                : evaluate(conditional.otherwise(), scope);
    }
}
