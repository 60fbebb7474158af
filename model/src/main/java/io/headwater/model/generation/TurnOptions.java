/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.generation;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What ends a turn.
 *
 * @param maxTokens at most so many tokens, at least 1; {@link #UNLIMITED} where only the context limits it (with a compressed cache: the length of one)
 * @param stopStrings the first of them to be complete ends the text; it is not told
 * @param ignoreEos goes on after an end-of-generation token
 */
public record TurnOptions(int maxTokens, List<String> stopStrings, boolean ignoreEos) {
    public static final int UNLIMITED = Integer.MAX_VALUE;

    /**
     * Checks all values.
     *
     * @throws IllegalArgumentException with one sentence for each value that cannot be used
     */
    public TurnOptions {
        stopStrings = List.copyOf(stopStrings);
        List<String> problems = new ArrayList<>();
        if (maxTokens < 1) {
            problems.add("number of tokens " + maxTokens + ": ask for at least 1");
        }
        for (String stop : stopStrings) {
            if (stop.isEmpty()) {
                problems.add("a stop string is empty: give at least one character");
            } else if (!StandardCharsets.UTF_8.newEncoder().canEncode(stop)) {
                problems.add("a stop string is not valid Unicode (half a surrogate pair): give whole characters");
            }
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
    }
}
