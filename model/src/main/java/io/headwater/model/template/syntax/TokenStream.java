/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.syntax;

import io.headwater.model.template.python.Fault;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A cursor over the tokens, which also notes the names it passes (a macro wants to know those of its body). */
final class TokenStream {
    private final List<Token> tokens;
    private int position;

    TokenStream(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token current() {
        return tokens.get(position);
    }

    Token look() {
        return tokens.get(Math.min(position + 1, tokens.size() - 1));
    }

    int position() {
        return position;
    }

    Token next() {
        Token token = current();
        if (token.kind() != Token.Kind.END) {
            position++;
        }
        return token;
    }

    boolean at(Token.Kind kind) {
        return current().kind() == kind;
    }

    boolean atOperator(String operator) {
        return current().isOperator(operator);
    }

    boolean skipName(String name) {
        boolean found = current().isName(name);
        if (found) {
            next();
        }
        return found;
    }

    boolean skipOperator(String operator) {
        boolean found = current().isOperator(operator);
        if (found) {
            next();
        }
        return found;
    }

    Token expect(Token.Kind kind, String what) {
        if (!at(kind)) {
            throw unexpected(what);
        }
        return next();
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw unexpected("'" + operator + "'");
        }
    }

    void expectName(String name) {
        if (!skipName(name)) {
            throw unexpected("'" + name + "'");
        }
    }

    String name() {
        return expect(Token.Kind.NAME, "a name").text();
    }

    /** The names between two positions. */
    Set<String> names(int from, int to) {
        Set<String> names = new HashSet<>();
        for (Token token : tokens.subList(from, to)) {
            if (token.kind() == Token.Kind.NAME) {
                names.add(token.text());
            }
        }
        return names;
    }

    Fault unexpected(String wanted) {
        return Fault.at(
                current().line(), "expected " + wanted + ", got " + current().describe());
    }
}
