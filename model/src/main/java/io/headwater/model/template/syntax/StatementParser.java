/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.syntax;

import io.headwater.model.template.python.Fault;
import io.headwater.model.template.python.Limits;
import io.headwater.model.template.syntax.Statement.MacroBody;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Makes the tree of a template. A tag that we do not render is a Fault with its name and line. */
public final class StatementParser {
    private final TokenStream tokens;
    private final ExpressionParser expressions;
    private int depth;
    private int loops;

    private StatementParser(TokenStream tokens) {
        this.tokens = tokens;
        this.expressions = new ExpressionParser(tokens);
    }

    /** The statements of a whole template; throws {@link Fault}. */
    public static List<Statement> parse(String template) {
        StatementParser parser = new StatementParser(new TokenStream(Lexer.tokens(template)));
        return parser.until(Set.of());
    }

    /** Statements up to a tag that begins with one of these names, which becomes the current token; or to the end if there are none. */
    private List<Statement> until(Set<String> ends) {
        if (++depth > Limits.DEPTH / 4) {
            throw Fault.at(tokens.current().line(), "statements are nested deeper than " + Limits.DEPTH / 4);
        }
        List<Statement> statements = new ArrayList<>();
        while (!tokens.at(Token.Kind.END)) {
            Token token = tokens.next();
            switch (token.kind()) {
                case DATA -> statements.add(new Statement.Text(token.line(), token.text()));
                case VARIABLE_BEGIN -> {
                    statements.add(new Statement.Print(token.line(), expressions.tuple()));
                    tokens.expect(Token.Kind.VARIABLE_END, "'}}'");
                }
                default -> {
                    if (tokens.at(Token.Kind.NAME)
                            && ends.contains(tokens.current().text())) {
                        depth--;
                        return List.copyOf(statements);
                    }
                    statements.add(tag());
                    tokens.expect(Token.Kind.BLOCK_END, "'%}'");
                }
            }
        }
        if (!ends.isEmpty()) {
            throw tokens.unexpected(
                    "{% " + String.join(" %} or {% ", ends.stream().sorted().toList()) + " %}");
        }
        depth--;
        return List.copyOf(statements);
    }

    private Statement tag() {
        Token tag = tokens.expect(Token.Kind.NAME, "the name of a tag");
        int line = tag.line();
        return switch (tag.text()) {
            case "if" -> conditional(line);
            case "for" -> loop(line);
            case "set" -> assignment(line);
            case "macro" -> macro(line);
            case "call" -> callBlock(line);
            case "filter" -> filterBlock(line);
            case "with" -> with(line);
            case "generation" -> new Statement.Generation(line, separateBody("endgeneration"));
            case "break", "continue" -> jump(tag);
            default -> throw Fault.at(line, "the tag {% " + tag.text() + " %} is not supported");
        };
    }

    private Statement jump(Token tag) {
        if (loops == 0) {
            throw Fault.at(tag.line(), "{% " + tag.text() + " %} outside of a loop");
        }
        return tag.text().equals("break") ? new Statement.Break(tag.line()) : new Statement.Continue(tag.line());
    }

    /** The body of the tag that is being read, up to one of the end names, which becomes the current token. */
    private List<Statement> body(String... ends) {
        tokens.skipOperator(":");
        tokens.expect(Token.Kind.BLOCK_END, "'%}'");
        return until(Set.of(ends));
    }

    private List<Statement> bodyThrough(String end) {
        List<Statement> body = body(end);
        tokens.next();
        return body;
    }

    /** A body that Jinja2 makes a function of its own: a loop around it cannot be left from inside. */
    private List<Statement> separateBody(String end) {
        int outerLoops = loops;
        loops = 0;
        List<Statement> body = bodyThrough(end);
        loops = outerLoops;
        return body;
    }

    private Statement conditional(int line) {
        List<Statement.Branch> branches = new ArrayList<>();
        Token end;
        do {
            Expression test = expressions.tupleWithoutConditional();
            branches.add(new Statement.Branch(test, body("elif", "else", "endif")));
            end = tokens.next();
        } while (end.isName("elif"));
        List<Statement> otherwise = end.isName("else") ? bodyThrough("endif") : List.of();
        return new Statement.If(line, List.copyOf(branches), otherwise);
    }

    private Statement loop(int line) {
        Target target = target(false);
        tokens.expectName("in");
        Expression items = expressions.tupleWithoutConditional();
        Expression filter = tokens.skipName("if") ? expressions.expression() : null;
        if (tokens.current().isName("recursive")) {
            throw Fault.at(line, "a recursive loop is not supported");
        }
        loops++;
        List<Statement> body = body("endfor", "else");
        loops--;
        List<Statement> otherwise = tokens.next().isName("else") ? bodyThrough("endfor") : List.of();
        return new Statement.For(line, target, items, filter, body, otherwise);
    }

    private Statement assignment(int line) {
        Target target = target(true);
        if (tokens.skipOperator("=")) {
            return new Statement.Assign(line, target, expressions.tuple());
        }
        List<FilterCall> filters = new ArrayList<>();
        while (tokens.skipOperator("|")) {
            filters.add(expressions.operands().filter());
        }
        return new Statement.AssignBlock(line, target, List.copyOf(filters), bodyThrough("endset"));
    }

    private Statement macro(int line) {
        String name = tokens.name();
        List<Parameter> parameters = parameters();
        return new Statement.MacroDefinition(line, name, macroBody(parameters, "endmacro"));
    }

    private Statement callBlock(int line) {
        List<Parameter> parameters = tokens.atOperator("(") ? parameters() : List.of();
        if (!(expressions.expression() instanceof Expression.Call call)) {
            throw Fault.at(line, "{% call %} needs a call of a macro");
        }
        return new Statement.CallBlock(line, call, macroBody(parameters, "endcall"));
    }

    private MacroBody macroBody(List<Parameter> parameters, String end) {
        int from = tokens.position();
        List<Statement> body = separateBody(end);
        return new MacroBody(parameters, body, tokens.names(from, tokens.position()));
    }

    private List<Parameter> parameters() {
        tokens.expectOperator("(");
        List<Parameter> parameters = new ArrayList<>();
        boolean defaults = false;
        while (!tokens.skipOperator(")")) {
            if (!parameters.isEmpty()) {
                tokens.expectOperator(",");
            }
            String name = tokens.name();
            Expression absent = tokens.skipOperator("=") ? expressions.expression() : null;
            if (defaults && absent == null) {
                throw tokens.unexpected("a default, since a parameter before has one");
            }
            defaults = absent != null;
            parameters.add(new Parameter(name, absent));
        }
        return List.copyOf(parameters);
    }

    private Statement filterBlock(int line) {
        List<FilterCall> filters = new ArrayList<>();
        do {
            filters.add(expressions.operands().filter());
        } while (tokens.skipOperator("|"));
        return new Statement.FilterBlock(line, List.copyOf(filters), bodyThrough("endfilter"));
    }

    private Statement with(int line) {
        List<Statement.Binding> bindings = new ArrayList<>();
        while (!tokens.at(Token.Kind.BLOCK_END) && !tokens.atOperator(":")) {
            if (!bindings.isEmpty()) {
                tokens.expectOperator(",");
            }
            Target target = singleTarget(false);
            tokens.expectOperator("=");
            bindings.add(new Statement.Binding(target, expressions.expression()));
        }
        return new Statement.With(line, List.copyOf(bindings), bodyThrough("endwith"));
    }

    private Target target(boolean namespaces) {
        Target first = singleTarget(namespaces);
        if (!tokens.atOperator(",")) {
            return first;
        }
        List<Target> parts = new ArrayList<>(List.of(first));
        while (tokens.skipOperator(",")
                && (tokens.at(Token.Kind.NAME) || tokens.atOperator("("))
                && !tokens.current().isName("in")) {
            parts.add(singleTarget(namespaces));
        }
        return new Target.Unpacked(parts);
    }

    private Target singleTarget(boolean namespaces) {
        if (tokens.skipOperator("(")) {
            Target inner = target(namespaces);
            tokens.expectOperator(")");
            return inner;
        }
        Token token = tokens.expect(Token.Kind.NAME, "a name to assign to");
        if (Set.of("true", "True", "false", "False", "none", "None").contains(token.text())) {
            throw Fault.at(token.line(), "cannot assign to " + token.text());
        }
        if (namespaces && tokens.skipOperator(".")) {
            return new Target.NamespaceAttribute(token.text(), tokens.name());
        }
        return new Target.Variable(token.text());
    }
}
