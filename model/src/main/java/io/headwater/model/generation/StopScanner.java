/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.generation;

import java.util.List;

/**
 * Finds stop strings in a text that comes in pieces, and holds back what could be the beginning of one. The stop string that is
 * complete first counts, of several complete at the same character the longest: a rule about the text alone, so it does not
 * matter how tokens cut it. Knuth, Morris and Pratt 1977, one automaton per stop string.
 */
final class StopScanner {
    private final String[] stops;
    /** Per stop string: to the length of each prefix, the length of its longest proper border. */
    private final int[][] borders;
    /** Per stop string: how many of its characters the text ends with. */
    private final int[] matched;

    private final StringBuilder held = new StringBuilder();
    private boolean stopped;

    StopScanner(List<String> stopStrings) {
        stops = stopStrings.toArray(String[]::new);
        borders = new int[stops.length][];
        matched = new int[stops.length];
        for (int i = 0; i < stops.length; i++) {
            borders[i] = borders(stops[i]);
        }
    }

    /** The text that is now certain to be outside any stop string. After a stop: what stood before it. */
    String next(String piece) {
        if (stopped) {
            throw new IllegalStateException("text after a stop string: the turn has ended");
        }
        if (stops.length == 0) {
            return piece;
        }
        for (int i = 0; i < piece.length(); i++) {
            held.append(piece.charAt(i));
            int complete = advance(piece.charAt(i));
            if (complete > 0) {
                stopped = true;
                held.setLength(held.length() - complete);
                return flush();
            }
        }
        return take(held.length() - longestMatched());
    }

    /** What was held back: the text is over, so it is no stop string's beginning. */
    String flush() {
        return take(held.length());
    }

    boolean stopped() {
        return stopped;
    }

    /** Length of the longest stop string that this character completes, or 0. */
    private int advance(char c) {
        int complete = 0;
        for (int i = 0; i < stops.length; i++) {
            int length = matched[i];
            while (length > 0 && stops[i].charAt(length) != c) {
                length = borders[i][length];
            }
            matched[i] = stops[i].charAt(length) == c ? length + 1 : 0;
            if (matched[i] == stops[i].length()) {
                complete = Math.max(complete, matched[i]);
            }
        }
        return complete;
    }

    private int longestMatched() {
        int longest = 0;
        for (int length : matched) {
            longest = Math.max(longest, length);
        }
        return longest;
    }

    private String take(int length) {
        String text = held.substring(0, length);
        held.delete(0, length);
        return text;
    }

    private static int[] borders(String stop) {
        int[] borders = new int[stop.length() + 1];
        int border = 0;
        for (int i = 1; i < stop.length(); i++) {
            while (border > 0 && stop.charAt(i) != stop.charAt(border)) {
                border = borders[border];
            }
            if (stop.charAt(i) == stop.charAt(border)) {
                border++;
            }
            borders[i + 1] = border;
        }
        return borders;
    }
}
