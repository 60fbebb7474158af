/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.generation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StopScannerTest {
    @Test
    void emitsTheTextBeforeTheStopStringHoweverTheTextIsCut() {
        for (int seed = 0; seed < 5000; seed++) {
            Random random = new Random(seed);
            String text = letters(random, random.nextInt(2 + seed / 100));
            List<String> stops = new ArrayList<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                stops.add(letters(random, 1 + random.nextInt(5)));
            }
            StopScanner scanner = new StopScanner(stops);

            StringBuilder emitted = new StringBuilder();
            int at = 0;
            while (at < text.length() && !scanner.stopped()) {
                int next = Math.min(text.length(), at + random.nextInt(4));
                emitted.append(scanner.next(text.substring(at, next)));
                at = next;
                assertThat(expected(text, stops)).as("seed %d", seed).startsWith(emitted.toString());
            }
            emitted.append(scanner.flush());

            assertThat(emitted.toString())
                    .as("seed %d: %s in %s", seed, stops, text)
                    .isEqualTo(expected(text, stops));
            assertThat(scanner.stopped()).isEqualTo(stops.stream().anyMatch(text::contains));
        }
    }

    @Test
    void holdsBackOnlyWhatCouldBecomeAStopString() {
        StopScanner scanner = new StopScanner(List.of("\n\nUser:", "###"));

        assertThat(scanner.next("a\n")).isEqualTo("a");
        assertThat(scanner.next("b##")).isEqualTo("\nb");
        assertThat(scanner.next("c")).isEqualTo("##c");
        assertThat(scanner.next("d###e")).isEqualTo("d");
        assertThat(scanner.stopped()).isTrue();
    }

    @Test
    void textPassesUntouchedWhereThereIsNoStopString() {
        StopScanner scanner = new StopScanner(List.of());

        assertThat(scanner.next("naïve 😀")).isEqualTo("naïve 😀");
        assertThat(scanner.flush()).isEmpty();
    }

    /** The oracle: the first occurrence to end counts, of several with the same end the longest. */
    private static String expected(String text, List<String> stops) {
        int end = Integer.MAX_VALUE;
        int start = text.length();
        for (String stop : stops) {
            int found = text.indexOf(stop);
            int foundEnd = found + stop.length();
            if (found >= 0 && (foundEnd < end || (foundEnd == end && found < start))) {
                end = foundEnd;
                start = found;
            }
        }
        return text.substring(0, start);
    }

    private static String letters(Random random, int length) {
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < length; i++) {
            letters.append((char) ('a' + random.nextInt(3)));
        }
        return letters.toString();
    }
}
