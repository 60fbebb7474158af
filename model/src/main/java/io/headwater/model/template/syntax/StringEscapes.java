/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.syntax;

import io.headwater.model.template.python.Fault;

/** Python's escapes in a string literal; an unknown one stays as it is written. */
final class StringEscapes {
    private final String raw;
    private final int line;
    private final StringBuilder out = new StringBuilder();
    private int position;

    private StringEscapes(String raw, int line) {
        this.raw = raw;
        this.line = line;
    }

    static String decode(String raw, int line) {
        return raw.indexOf('\\') < 0 ? raw : new StringEscapes(raw, line).run();
    }

    private String run() {
        while (position < raw.length()) {
            char letter = raw.charAt(position++);
            if (letter == '\\') {
                escape(raw.charAt(position++));
            } else {
                out.append(letter);
            }
        }
        return out.toString();
    }

    private void escape(char letter) {
        switch (letter) {
            case '\n' -> {}
            case '\\', '\'', '"' -> out.append(letter);
            case 'n' -> out.append('\n');
            case 't' -> out.append('\t');
            case 'r' -> out.append('\r');
            case 'a' -> out.append('\u0007');
            case 'b' -> out.append('\b');
            case 'f' -> out.append('\f');
            case 'v' -> out.append('\u000b');
            case 'x' -> hex(2);
            case 'u' -> hex(4);
            case 'U' -> hex(8);
            case 'N' -> throw Fault.at(line, "the string escape \\N is not supported");
            case '0', '1', '2', '3', '4', '5', '6', '7' -> octal();
            default -> out.append('\\').append(letter);
        }
    }

    private void hex(int digits) {
        int end = position + digits;
        if (end > raw.length() || !raw.substring(position, end).chars().allMatch(c -> Character.digit(c, 16) >= 0)) {
            throw Fault.at(line, "a string escape needs " + digits + " hexadecimal digits");
        }
        long point = Long.parseLong(raw.substring(position, end), 16);
        if (point > Character.MAX_CODE_POINT) {
            throw Fault.at(line, "a string escape beyond U+10FFFF");
        }
        out.appendCodePoint((int) point);
        position = end;
    }

    private void octal() {
        int value = 0;
        int end = Math.min(raw.length(), position + 2);
        for (position--; position < end && raw.charAt(position) >= '0' && raw.charAt(position) <= '7'; position++) {
            value = value * 8 + raw.charAt(position) - '0';
        }
        out.appendCodePoint(value);
    }
}
