/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.syntax;

import io.headwater.model.template.python.Fault;
import io.headwater.model.template.python.None;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Literals and names, and what follows them: {@code .name}, {@code [key]}, {@code (arguments)}, {@code |filter}, {@code is test}. */
final class OperandParser {
    private final TokenStream tokens;
    private final ExpressionParser expressions;

    OperandParser(TokenStream tokens, ExpressionParser expressions) {
        this.tokens = tokens;
        this.expressions = expressions;
    }

    Expression primary() {
        Token token = tokens.current();
        return switch (token.kind()) {
            case NAME -> nameOrConstant(tokens.next());
            case STRING -> strings();
            case INTEGER -> new Expression.Literal(token.line(), integer(tokens.next()));
            case FLOAT ->
                new Expression.Literal(
                        token.line(), Double.valueOf(tokens.next().text().replace("_", "")));
            case OPERATOR -> bracketed();
            case DATA, VARIABLE_BEGIN, VARIABLE_END, BLOCK_BEGIN, BLOCK_END, END ->
                throw tokens.unexpected("an expression");
        };
    }

    Expression postfix(Expression operand) {
        Expression value = operand;
        while (true) {
            if (tokens.atOperator(".")) {
                value = attribute(value);
            } else if (tokens.atOperator("[")) {
                value = subscript(value);
            } else if (tokens.atOperator("(")) {
                value = call(value);
            } else {
                return value;
            }
        }
    }

    Expression filtersAndTests(Expression operand) {
        Expression value = operand;
        while (true) {
            if (tokens.atOperator("|")) {
                tokens.next();
                value = new Expression.Filtered(value, filter());
            } else if (tokens.current().isName("is")) {
                value = test(value);
            } else if (tokens.atOperator("(")) {
                value = call(value);
            } else {
                return value;
            }
        }
    }

    /** The name and arguments of a filter, the bar before it already read. */
    FilterCall filter() {
        Token name = tokens.expect(Token.Kind.NAME, "the name of a filter");
        Arguments arguments = tokens.atOperator("(") ? arguments() : Arguments.NONE;
        return new FilterCall(name.line(), name.text(), arguments);
    }

    private static Expression nameOrConstant(Token token) {
        return switch (token.text()) {
            case "true", "True" -> new Expression.Literal(token.line(), true);
            case "false", "False" -> new Expression.Literal(token.line(), false);
            case "none", "None" -> new Expression.Literal(token.line(), None.NONE);
            default -> new Expression.Name(token.line(), token.text());
        };
    }

    private Expression strings() {
        int line = tokens.current().line();
        StringBuilder text = new StringBuilder();
        while (tokens.at(Token.Kind.STRING)) {
            text.append(tokens.next().text());
        }
        return new Expression.Literal(line, text.toString());
    }

    private static Long integer(Token token) {
        String digits = token.text().replace("_", "").toLowerCase(java.util.Locale.ROOT);
        try {
            return switch (digits.length() > 1 ? digits.charAt(1) : ' ') {
                case 'x' -> Long.parseLong(digits.substring(2), 16);
                case 'o' -> Long.parseLong(digits.substring(2), 8);
                case 'b' -> Long.parseLong(digits.substring(2), 2);
                default -> Long.parseLong(digits);
            };
        } catch (NumberFormatException tooBig) {
            throw Fault.at(token.line(), "an integer of more than 64 bits (" + digits + ") is not supported");
        }
    }

    private Expression bracketed() {
        int line = tokens.current().line();
        if (tokens.skipOperator("(")) {
            Expression inner = expressions.tuple(true, true);
            tokens.expectOperator(")");
            return inner;
        }
        if (tokens.skipOperator("[")) {
            return new Expression.ListLiteral(line, list());
        }
        if (tokens.skipOperator("{")) {
            return new Expression.DictLiteral(line, entries());
        }
        throw tokens.unexpected("an expression");
    }

    private List<Expression> list() {
        List<Expression> items = new ArrayList<>();
        while (!tokens.skipOperator("]")) {
            if (!items.isEmpty()) {
                tokens.expectOperator(",");
                if (tokens.skipOperator("]")) {
                    break;
                }
            }
            items.add(expressions.expression());
        }
        return List.copyOf(items);
    }

    private List<Expression.Entry> entries() {
        List<Expression.Entry> entries = new ArrayList<>();
        while (!tokens.skipOperator("}")) {
            if (!entries.isEmpty()) {
                tokens.expectOperator(",");
                if (tokens.skipOperator("}")) {
                    break;
                }
            }
            Expression key = expressions.expression();
            tokens.expectOperator(":");
            entries.add(new Expression.Entry(key, expressions.expression()));
        }
        return List.copyOf(entries);
    }

    private Expression attribute(Expression owner) {
        int line = tokens.next().line();
        if (tokens.at(Token.Kind.INTEGER)) {
            return new Expression.Item(line, owner, new Expression.Literal(line, integer(tokens.next())));
        }
        return new Expression.Attribute(line, owner, tokens.name());
    }

    private Expression subscript(Expression owner) {
        int line = tokens.next().line();
        Expression from = tokens.atOperator(":") ? null : expressions.expression();
        if (tokens.atOperator(",")) {
            throw Fault.at(line, "an index of several parts is not supported");
        }
        if (from != null && tokens.skipOperator("]")) {
            return new Expression.Item(line, owner, from);
        }
        tokens.expectOperator(":");
        Expression to = bound();
        Expression step = tokens.skipOperator(":") ? bound() : null;
        tokens.expectOperator("]");
        return new Expression.Slice(line, owner, from, to, step);
    }

    private @Nullable Expression bound() {
        return tokens.atOperator(":") || tokens.atOperator("]") ? null : expressions.expression();
    }

    private Expression call(Expression callee) {
        int line = tokens.current().line();
        return new Expression.Call(line, callee, arguments());
    }

    private Arguments arguments() {
        tokens.expectOperator("(");
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        boolean first = true;
        while (!tokens.skipOperator(")")) {
            if (!first) {
                tokens.expectOperator(",");
                if (tokens.skipOperator(")")) {
                    break;
                }
            }
            first = false;
            argument(positional, named);
        }
        return new Arguments(positional, named);
    }

    private void argument(List<Expression> positional, Map<String, Expression> named) {
        Token token = tokens.current();
        if (tokens.atOperator("*") || tokens.atOperator("**")) {
            throw Fault.at(token.line(), "the argument " + token.text() + "… is not supported");
        }
        if (token.kind() == Token.Kind.NAME && tokens.look().isOperator("=")) {
            tokens.next();
            tokens.next();
            if (named.put(token.text(), expressions.expression()) != null) {
                throw Fault.at(token.line(), "argument '" + token.text() + "' is given twice");
            }
        } else if (named.isEmpty()) {
            positional.add(expressions.expression());
        } else {
            throw Fault.at(token.line(), "an argument without a name follows one with a name");
        }
    }

    private Expression test(Expression target) {
        int line = tokens.next().line();
        boolean negated = tokens.skipName("not");
        String name = tokens.name();
        Expression test = new Expression.Test(line, target, name, testArguments());
        return negated ? new Expression.Not(line, test) : test;
    }

    private Arguments testArguments() {
        Token token = tokens.current();
        if (token.isOperator("(")) {
            return arguments();
        }
        boolean operand = token.kind() == Token.Kind.STRING
                || token.kind() == Token.Kind.INTEGER
                || token.kind() == Token.Kind.FLOAT
                || token.isOperator("[")
                || token.isOperator("{")
                || (token.kind() == Token.Kind.NAME
                        && !token.isName("else")
                        && !token.isName("or")
                        && !token.isName("and"));
        if (!operand) {
            return Arguments.NONE;
        }
        if (token.isName("is")) {
            throw Fault.at(token.line(), "tests cannot be chained with 'is'");
        }
        return new Arguments(List.of(postfix(primary())), Map.of());
    }
}
