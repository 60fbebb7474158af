/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.tokenizer;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds special tokens in a text: the leftmost first, and the longest of those that begin there. A tree by characters. */
final class SpecialTokens {
    private static final class Node {
        private final Map<Character, Node> next = new HashMap<>();
        private int id = Vocabulary.NONE;
    }

    /** Takes what a text consists of, in order. */
    interface Parts {
        void plain(int from, int to);

        void special(int id);
    }

    private final Node root = new Node();

    SpecialTokens(Vocabulary vocabulary, List<Integer> ids) {
        for (int id : ids) {
            add(vocabulary.tokens().get(id), id);
        }
    }

    private void add(String token, int id) {
        if (token.isEmpty()) {
            return;
        }
        Node node = root;
        for (int i = 0; i < token.length(); i++) {
            node = node.next.computeIfAbsent(token.charAt(i), _ -> new Node());
        }
        node.id = id;
    }

    /** Plain parts are never empty. */
    void partition(String text, Parts parts) {
        int plainFrom = 0;
        int at = 0;
        while (at < text.length()) {
            Match match = longestAt(text, at);
            if (match == null) {
                at++;
                continue;
            }
            if (plainFrom < at) {
                parts.plain(plainFrom, at);
            }
            parts.special(match.id());
            at = match.end();
            plainFrom = at;
        }
        if (plainFrom < text.length()) {
            parts.plain(plainFrom, text.length());
        }
    }

    private record Match(int id, int end) {}

    private @Nullable Match longestAt(String text, int from) {
        Match longest = null;
        Node node = root.next.get(text.charAt(from));
        for (int end = from + 1; node != null; end++) {
            if (node.id != Vocabulary.NONE) {
                longest = new Match(node.id, end);
            }
            node = end < text.length() ? node.next.get(text.charAt(end)) : null;
        }
        return longest;
    }
}
