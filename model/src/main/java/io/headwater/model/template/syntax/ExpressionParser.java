/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.syntax;

import io.headwater.model.template.python.Fault;
import io.headwater.model.template.python.Limits;
import io.headwater.model.template.python.PyNumbers;
import io.headwater.model.template.syntax.Expression.Comparator;
import io.headwater.model.template.syntax.Expression.Comparison;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Expressions from weakest to strongest: {@code if}, {@code or}, {@code and}, {@code not}, comparison, {@code + -}, {@code ~},
 * {@code * / // %}, {@code **}, sign, then what {@link OperandParser} reads. As in Jinja2 {@code **} groups to the left and a sign binds
 * stronger than {@code **}.
 */
final class ExpressionParser {
    private final TokenStream tokens;
    private final OperandParser operands;
    private int depth;

    ExpressionParser(TokenStream tokens) {
        this.tokens = tokens;
        this.operands = new OperandParser(tokens, this);
    }

    OperandParser operands() {
        return operands;
    }

    Expression expression() {
        enter();
        Expression value = or();
        while (tokens.current().isName("if")) {
            int line = tokens.next().line();
            Expression test = or();
            Expression otherwise = tokens.skipName("else") ? expression() : null;
            value = new Expression.Conditional(line, test, value, otherwise);
        }
        leave();
        return value;
    }

    /** An expression, or several with commas between them, which make a tuple. */
    Expression tuple() {
        return tuple(true, false);
    }

    /** As {@link #tuple()}, but {@code if} ends it: the items of {@code for} and the test of {@code if}. */
    Expression tupleWithoutConditional() {
        return tuple(false, false);
    }

    Expression tuple(boolean conditional, boolean mayBeEmpty) {
        int line = tokens.current().line();
        List<Expression> items = new ArrayList<>();
        boolean isTuple = false;
        while (!atTupleEnd()) {
            items.add(conditional ? expression() : or());
            if (!tokens.skipOperator(",")) {
                break;
            }
            isTuple = true;
        }
        if (isTuple || (items.isEmpty() && mayBeEmpty)) {
            return new Expression.TupleLiteral(line, List.copyOf(items));
        }
        if (items.isEmpty()) {
            throw tokens.unexpected("an expression");
        }
        return items.getFirst();
    }

    private boolean atTupleEnd() {
        return tokens.at(Token.Kind.VARIABLE_END) || tokens.at(Token.Kind.BLOCK_END) || tokens.atOperator(")");
    }

    private Expression or() {
        Expression left = and();
        while (tokens.current().isName("or")) {
            int line = tokens.next().line();
            left = new Expression.Or(line, left, and());
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        while (tokens.current().isName("and")) {
            int line = tokens.next().line();
            left = new Expression.And(line, left, not());
        }
        return left;
    }

    private Expression not() {
        if (tokens.current().isName("not")) {
            int line = tokens.next().line();
            enter();
            Expression operand = not();
            leave();
            return new Expression.Not(line, operand);
        }
        return compare();
    }

    private Expression compare() {
        int line = tokens.current().line();
        Expression first = sum();
        List<Comparison> rest = new ArrayList<>();
        for (Comparator comparator = comparator(); comparator != null; comparator = comparator()) {
            rest.add(new Comparison(comparator, sum()));
        }
        return rest.isEmpty() ? first : new Expression.Compare(line, first, List.copyOf(rest));
    }

    private @Nullable Comparator comparator() {
        if (tokens.skipName("in")) {
            return Comparator.IN;
        }
        if (tokens.current().isName("not") && tokens.look().isName("in")) {
            tokens.next();
            tokens.next();
            return Comparator.NOT_IN;
        }
        Comparator comparator = tokens.at(Token.Kind.OPERATOR)
                ? switch (tokens.current().text()) {
                    case "==" -> Comparator.EQUAL;
                    case "!=" -> Comparator.NOT_EQUAL;
                    case "<" -> Comparator.LESS;
                    case "<=" -> Comparator.LESS_OR_EQUAL;
                    case ">" -> Comparator.GREATER;
                    case ">=" -> Comparator.GREATER_OR_EQUAL;
                    default -> null;
                }
                : null;
        if (comparator != null) {
            tokens.next();
        }
        return comparator;
    }

    private Expression sum() {
        Expression left = concat();
        while (tokens.atOperator("+") || tokens.atOperator("-")) {
            Token operator = tokens.next();
            left = new Expression.Arithmetic(operator.line(), operator(operator), left, concat());
        }
        return left;
    }

    private Expression concat() {
        int line = tokens.current().line();
        List<Expression> parts = new ArrayList<>();
        do {
            parts.add(product());
        } while (tokens.skipOperator("~"));
        return parts.size() == 1 ? parts.getFirst() : new Expression.Concat(line, List.copyOf(parts));
    }

    private Expression product() {
        Expression left = power();
        while (tokens.atOperator("*") || tokens.atOperator("/") || tokens.atOperator("//") || tokens.atOperator("%")) {
            Token operator = tokens.next();
            left = new Expression.Arithmetic(operator.line(), operator(operator), left, power());
        }
        return left;
    }

    private Expression power() {
        Expression left = sign(true);
        while (tokens.atOperator("**")) {
            int line = tokens.next().line();
            left = new Expression.Arithmetic(line, PyNumbers.Operator.POWER, left, sign(true));
        }
        return left;
    }

    private Expression sign(boolean withFilters) {
        Expression operand;
        if (tokens.atOperator("-") || tokens.atOperator("+")) {
            Token sign = tokens.next();
            enter();
            operand = new Expression.Sign(sign.line(), sign.text().equals("-"), sign(false));
            leave();
        } else {
            operand = operands.primary();
        }
        operand = operands.postfix(operand);
        return withFilters ? operands.filtersAndTests(operand) : operand;
    }

    private static PyNumbers.Operator operator(Token token) {
        for (PyNumbers.Operator operator : PyNumbers.Operator.values()) {
            if (operator.symbol().equals(token.text())) {
                return operator;
            }
        }
        throw new IllegalStateException(token.toString());
    }

    /** Counts what nests, so that the parser's own stack stays small. */
    void enter() {
        if (++depth > Limits.DEPTH / 4) {
            throw Fault.at(tokens.current().line(), "expressions are nested deeper than " + Limits.DEPTH / 4);
        }
    }

    void leave() {
        depth--;
    }
}
