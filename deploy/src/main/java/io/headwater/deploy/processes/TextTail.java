/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.processes;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The last lines that a process has said, bounded. Any thread. */
final class TextTail {
    private static final int MAX_LINE_CHARACTERS = 2_000;
    private final int maxLines;
    private final Deque<String> lines = new ArrayDeque<>();

    TextTail(int maxLines) {
        this.maxLines = maxLines;
    }

    synchronized void add(String line) {
        if (lines.size() == maxLines) {
            lines.removeFirst();
        }
        lines.addLast(line.length() > MAX_LINE_CHARACTERS ? line.substring(0, MAX_LINE_CHARACTERS) + "…" : line);
    }

    synchronized List<String> lines() {
        return List.copyOf(lines);
    }
}
