/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.syntax;

import io.headwater.model.template.python.Fault;
import io.headwater.model.template.python.PyChars;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template into tokens as Jinja2's lexer with {@code trim_blocks} and {@code lstrip_blocks} does (transformers' settings): the
 * newline after a block or comment goes, and so does white space between the start of a line and a block or comment; {@code -} takes all
 * white space on its side, {@code +} keeps it. One newline at the very end of the template goes.
 */
final class Lexer {
    private static final Pattern RAW = Pattern.compile("\\{%[-+]?\\s*raw\\s*(?:-%\\}\\s*|%\\})");
    private static final Pattern END_RAW = Pattern.compile("\\{%([-+]?)\\s*endraw\\s*(?:\\+%\\}|-%\\}\\s*|%\\}\\n?)");

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int position;
    private int line = 1;
    private int lineCountedTo;
    private boolean lineStarting = true;

    private Lexer(String source) {
        this.source = source;
    }

    /** All tokens, the last one of kind END; throws Fault with the line of what cannot be read. */
    static List<Token> tokens(String template) {
        String source = template.replace("\r\n", "\n").replace('\r', '\n');
        Lexer lexer = new Lexer(source.endsWith("\n") ? source.substring(0, source.length() - 1) : source);
        lexer.run();
        return lexer.tokens;
    }

    private void run() {
        for (int tag = nextTag(position); tag >= 0; tag = nextTag(position)) {
            Matcher raw = RAW.matcher(source).region(tag, source.length());
            char sign = tag + 2 < source.length() ? source.charAt(tag + 2) : ' ';
            data(position, tag, sign, source.charAt(tag + 1) == '{');
            if (raw.lookingAt()) {
                raw(raw);
            } else {
                tag(tag, sign);
            }
            lineStarting = source.charAt(position - 1) == '\n';
        }
        add(Token.Kind.DATA, source.substring(position), position);
        add(Token.Kind.END, "", source.length());
    }

    private int nextTag(int from) {
        for (int at = source.indexOf('{', from); at >= 0; at = source.indexOf('{', at + 1)) {
            char next = at + 1 < source.length() ? source.charAt(at + 1) : ' ';
            if (next == '{' || next == '%' || next == '#') {
                return at;
            }
        }
        return -1;
    }

    private void data(int from, int to, char sign, boolean beforeVariable) {
        String text = source.substring(from, to);
        if (sign == '-') {
            text = PyChars.stripEnd(text, PyChars::isSpace);
        } else if (sign != '+' && !beforeVariable) {
            int lineStart = text.lastIndexOf('\n') + 1;
            if ((lineStart > 0 || lineStarting)
                    && text.substring(lineStart).codePoints().allMatch(PyChars::isSpace)) {
                text = text.substring(0, lineStart);
            }
        }
        if (!text.isEmpty()) {
            add(Token.Kind.DATA, text, from);
        }
    }

    private void raw(Matcher begin) {
        Matcher end = END_RAW.matcher(source);
        if (!end.find(begin.end())) {
            throw Fault.at(lineAt(begin.start()), "{% raw %} without {% endraw %}");
        }
        lineStarting = source.charAt(begin.end() - 1) == '\n';
        data(
                begin.end(),
                end.start(),
                end.group(1).isEmpty() ? ' ' : end.group(1).charAt(0),
                false);
        position = end.end();
    }

    private void tag(int begin, char sign) {
        position = begin + (sign == '-' || sign == '+' ? 3 : 2);
        switch (source.charAt(begin + 1)) {
            case '#' -> comment(begin);
            case '{' -> expression(begin, Token.Kind.VARIABLE_BEGIN, Token.Kind.VARIABLE_END, "}}");
            default -> expression(begin, Token.Kind.BLOCK_BEGIN, Token.Kind.BLOCK_END, "%}");
        }
    }

    private void comment(int begin) {
        int end = source.indexOf("#}", position);
        if (end < 0) {
            throw Fault.at(lineAt(begin), "{# without #}");
        }
        char sign = end > position ? source.charAt(end - 1) : ' ';
        position = end + 2;
        afterTag(sign, true);
    }

    private void expression(int begin, Token.Kind beginKind, Token.Kind endKind, String close) {
        add(beginKind, "", begin);
        ExpressionLexer lexer = new ExpressionLexer(source, position, lineAt(begin), close);
        while (lexer.next()) {
            tokens.add(lexer.token());
        }
        add(endKind, "", lexer.start());
        position = lexer.end();
        afterTag(lexer.closeSign(), endKind == Token.Kind.BLOCK_END);
    }

    /** What the end of a tag takes from the text behind it. */
    private void afterTag(char sign, boolean trimsNewline) {
        if (sign == '-') {
            while (position < source.length() && PyChars.isSpace(source.charAt(position))) {
                position++;
            }
        } else if (trimsNewline && sign != '+' && source.startsWith("\n", position)) {
            position++;
        }
    }

    private void add(Token.Kind kind, String text, int at) {
        if (kind != Token.Kind.DATA || !text.isEmpty()) {
            tokens.add(new Token(kind, text, lineAt(at)));
        }
    }

    /** Positions must not fall from call to call. */
    private int lineAt(int at) {
        for (; lineCountedTo < at; lineCountedTo++) {
            if (source.charAt(lineCountedTo) == '\n') {
                line++;
            }
        }
        return line;
    }
}
