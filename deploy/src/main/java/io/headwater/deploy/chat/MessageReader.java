/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.chat;

import java.io.IOException;
import java.util.Optional;

/** Puts lines together: one that ends in a backslash goes on, and a block between two lines of {@code """} is one message. */
final class MessageReader {
    private static final String BLOCK = "\"\"\"";
    private static final String PROMPT = "> ";
    private static final String MORE = ". ";

    private final LineSource lines;

    MessageReader(LineSource lines) {
        this.lines = lines;
    }

    /** The next message or command; empty at the end of the input. */
    Optional<String> next() throws IOException {
        Optional<String> first = lines.line(PROMPT);
        if (first.isEmpty()) {
            return first;
        }
        String line = first.get();
        return Optional.of(line.stripLeading().startsWith(BLOCK) ? block(line) : continued(line));
    }

    private String continued(String first) throws IOException {
        StringBuilder message = new StringBuilder();
        String line = first;
        while (line.endsWith("\\")) {
            message.append(line, 0, line.length() - 1).append('\n');
            line = lines.line(MORE).orElse("");
        }
        return message.append(line).toString();
    }

    private String block(String first) throws IOException {
        String line = first.stripLeading().substring(BLOCK.length());
        StringBuilder message = new StringBuilder();
        while (!line.stripTrailing().endsWith(BLOCK)) {
            message.append(line).append('\n');
            Optional<String> next = lines.line(MORE);
            if (next.isEmpty()) {
                return message.toString().strip();
            }
            line = next.get();
        }
        String last = line.stripTrailing();
        return message.append(last, 0, last.length() - BLOCK.length())
                .toString()
                .strip();
    }
}
