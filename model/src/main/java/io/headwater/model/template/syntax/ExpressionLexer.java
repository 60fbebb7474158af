/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.syntax;

import io.headwater.model.template.python.Fault;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The tokens inside one tag, up to the {@code }}} or {@code %}} that stands outside all brackets. */
final class ExpressionLexer {
    private static final Pattern FLOAT = Pattern.compile(
            "(?<!\\.)(?:\\d+_)*\\d+(?:(?:\\.(?:\\d+_)*\\d+)?[eE][+-]?(?:\\d+_)*\\d+|\\.(?:\\d+_)*\\d+)");
    private static final Pattern INTEGER =
            Pattern.compile("0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[0-9a-fA-F])+|[1-9](?:_?\\d)*|0(?:_?0)*");
    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{Nl}_][\\p{L}\\p{Nl}\\p{Mn}\\p{Mc}\\p{Nd}\\p{Pc}]*");
    private static final List<String> OPERATORS = List.of(
            "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<",
            "=", ".", ":", "|", ",", ";");

    private final String source;
    private final String close;
    private final int firstLine;
    private final Deque<String> open = new ArrayDeque<>();
    private int position;
    private int line;
    private int start;
    private char closeSign = ' ';
    private Token token;

    /** Starts at position, which lies on line; reads until close. */
    ExpressionLexer(String source, int position, int line, String close) {
        this.source = source;
        this.position = position;
        this.line = line;
        this.firstLine = line;
        this.close = close;
        this.start = position;
        this.token = new Token(Token.Kind.END, "", line);
    }

    /** Reads one token; false at the end of the tag. */
    boolean next() {
        skipSpace();
        start = position;
        if (position == source.length()) {
            throw Fault.at(firstLine, "the tag that begins here has no " + close);
        }
        if (open.isEmpty() && atClose()) {
            return false;
        }
        token = read();
        countLines(start, position);
        return true;
    }

    Token token() {
        return token;
    }

    /** Where the last token, or the end of the tag, begins. */
    int start() {
        return start;
    }

    /** Just behind the end of the tag. */
    int end() {
        return position;
    }

    /** {@code -} or {@code +} before the end of the tag, or a blank. */
    char closeSign() {
        return closeSign;
    }

    private void skipSpace() {
        int from = position;
        while (position < source.length() && Character.isWhitespace(source.charAt(position))) {
            position++;
        }
        countLines(from, position);
    }

    private boolean atClose() {
        char sign = source.charAt(position);
        boolean signed = sign == '-' || (sign == '+' && close.equals("%}"));
        if (signed && source.startsWith(close, position + 1)) {
            closeSign = sign;
            position += 3;
            return true;
        }
        if (source.startsWith(close, position)) {
            position += 2;
            return true;
        }
        return false;
    }

    private Token read() {
        char first = source.charAt(position);
        if (Character.isDigit(first)) {
            String number = match(FLOAT);
            return number.isEmpty() ? made(Token.Kind.INTEGER, match(INTEGER)) : made(Token.Kind.FLOAT, number);
        }
        if (first == '"' || first == '\'') {
            return string(first);
        }
        String name = match(NAME);
        if (!name.isEmpty()) {
            return made(Token.Kind.NAME, name);
        }
        for (String operator : OPERATORS) {
            if (source.startsWith(operator, position)) {
                balance(operator);
                return made(Token.Kind.OPERATOR, operator);
            }
        }
        throw Fault.at(line, "unexpected character '" + Character.toString(source.codePointAt(position)) + "'");
    }

    private Token made(Token.Kind kind, String text) {
        if (text.isEmpty()) {
            throw Fault.at(line, "a number that cannot be read");
        }
        position += text.length();
        return new Token(kind, text, line);
    }

    private String match(Pattern pattern) {
        Matcher matcher =
                pattern.matcher(source).region(position, source.length()).useTransparentBounds(true);
        return matcher.lookingAt() ? matcher.group() : "";
    }

    private Token string(char quote) {
        int end = position + 1;
        while (end < source.length() && source.charAt(end) != quote) {
            end += source.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= source.length()) {
            throw Fault.at(line, "a string without its closing " + quote);
        }
        String value = StringEscapes.decode(source.substring(position + 1, end), line);
        position = end + 1;
        return new Token(Token.Kind.STRING, value, line);
    }

    private void balance(String operator) {
        switch (operator) {
            case "(" -> open.push(")");
            case "[" -> open.push("]");
            case "{" -> open.push("}");
            case ")", "]", "}" -> {
                if (open.isEmpty() || !open.pop().equals(operator)) {
                    throw Fault.at(line, "unexpected '" + operator + "'");
                }
            }
            default -> {}
        }
    }

    private void countLines(int from, int to) {
        for (int i = from; i < to; i++) {
            if (source.charAt(i) == '\n') {
                line++;
            }
        }
    }
}
