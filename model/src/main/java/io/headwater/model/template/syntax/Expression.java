/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.syntax;

import io.headwater.model.template.python.PyNumbers;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An expression. Lines count from 1. */
public sealed interface Expression {
    int line();

    record Literal(int line, Object value) implements Expression {}

    record Name(int line, String name) implements Expression {}

    record ListLiteral(int line, List<Expression> items) implements Expression {}

    record TupleLiteral(int line, List<Expression> items) implements Expression {}

    record DictLiteral(int line, List<Entry> entries) implements Expression {}

    /** {@code target.name} */
    record Attribute(int line, Expression target, String name) implements Expression {}

    /** {@code target[key]} */
    record Item(int line, Expression target, Expression key) implements Expression {}

    /** {@code target[from:to:step]} */
    record Slice(
            int line,
            Expression target,
            @Nullable Expression from,
            @Nullable Expression to,
            @Nullable Expression step) implements Expression {}

    record Call(int line, Expression callee, Arguments arguments) implements Expression {}

    record Filtered(Expression target, FilterCall filter) implements Expression {
        @Override
        public int line() {
            return filter.line();
        }
    }

    /** {@code target is name(arguments)} */
    record Test(int line, Expression target, String name, Arguments arguments) implements Expression {}

    record Not(int line, Expression operand) implements Expression {}

    /** {@code -operand} or {@code +operand} */
    record Sign(int line, boolean negative, Expression operand) implements Expression {}

    record Arithmetic(int line, PyNumbers.Operator operator, Expression left, Expression right) implements Expression {}

    /** {@code first ~ second ~ …} */
    record Concat(int line, List<Expression> parts) implements Expression {}

    record And(int line, Expression left, Expression right) implements Expression {}

    record Or(int line, Expression left, Expression right) implements Expression {}

    /** {@code first < second == third …} */
    record Compare(int line, Expression first, List<Comparison> rest) implements Expression {}

    /** {@code then if test else otherwise} */
    record Conditional(
            int line,
            Expression test,
            Expression then,
            @Nullable Expression otherwise) implements Expression {}

    /** An entry of a dict literal. */
    record Entry(Expression key, Expression value) {}

    /** One link of a chain of comparisons. */
    record Comparison(Comparator comparator, Expression right) {}

    /** How a comparison compares. */
    enum Comparator {
        EQUAL,
        NOT_EQUAL,
        LESS,
        LESS_OR_EQUAL,
        GREATER,
        GREATER_OR_EQUAL,
        IN,
        NOT_IN
    }
}
