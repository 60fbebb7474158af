/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What {@code bench --arrival} prints.
 *
 * @param prompt tokens of the prompt that came while others decoded
 * @param medianGapMs between two tokens of a sequence, of the one with the worst ratio
 * @param worstGapMs its longest
 * @param ratio of the two
 * @param promptMs from the prompt's coming to its first token
 */
record ArrivalResult(int prompt, double medianGapMs, double worstGapMs, double ratio, double promptMs) {

    static ArrivalResult of(int prompt, List<List<Long>> times, long promptNanos) {
        ArrivalResult worst = new ArrivalResult(prompt, 0, 0, 0, promptNanos / 1e6);
        for (List<Long> sequence : times) {
            List<Long> gaps = new ArrayList<>();
            for (int i = 1; i < sequence.size(); i++) {
                gaps.add(sequence.get(i) - sequence.get(i - 1));
            }
            gaps.sort(null);
            double median = Math.max(1, gaps.get(gaps.size() / 2));
            double longest = gaps.getLast();
            if (longest / median > worst.ratio) {
                worst = new ArrivalResult(prompt, median / 1e6, longest / 1e6, longest / median, promptNanos / 1e6);
            }
        }
        return worst;
    }

    String line() {
        return String.format(
                Locale.ROOT,
                "a prompt of %d tokens arrives while 4 sequences decode: worst gap between their tokens %.1f ms, %.1f x the median of %.1f ms; its first token after %.0f ms%n",
                prompt,
                worstGapMs,
                ratio,
                medianGapMs,
                promptMs);
    }
}
