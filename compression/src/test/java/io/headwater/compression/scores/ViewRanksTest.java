/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.scores;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.compression.scores.ViewRanks.Rule;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ViewRanksTest {
    private static final int N = 200;

    @ParameterizedTest
    @ValueSource(ints = {10, 25, 50, 100, 150})
    void ofAnyNumberThatIsKeptEachViewHasTheShareThatItsWeightSays(int kept) {
        float[] first = random(1);
        float[] second = random(2);
        float[] third = random(3);

        boolean[] chosen = chosen(kept, Rule.BEST, new float[][] {first, second, third}, 1, 1, 3);

        assertAllChosen(best(first, kept / 5 - 1), chosen);
        assertAllChosen(best(second, kept / 5 - 1), chosen);
        assertAllChosen(best(third, 3 * kept / 5 - 1), chosen);
    }

    @Test
    void whatOneViewFindsBestIsKeptThoughTheOthersFindItWorst() {
        float[] view = random(4);
        float[] other = view.clone();
        for (int i = 0; i < N; i++) {
            other[i] = -other[i];
        }
        int extreme = best(view, 1)[0];

        assertThat(chosen(4, Rule.BEST, new float[][] {view, other, other}, 1, 1, 1)[extreme])
                .isTrue();
        assertThat(chosen(4, Rule.SUM, new float[][] {view, other, other}, 1, 1, 1)[extreme])
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"BEST", "SUM"})
    void oneViewAloneKeepsItsOrderWhateverItsScaleAndAWeightOfNothingLeavesAViewOut(Rule rule) {
        float[] view = random(5);
        float[] scaled = view.clone();
        for (int i = 0; i < N; i++) {
            scaled[i] = 1e6f * scaled[i] - 3;
        }
        boolean[] expected = new boolean[N];
        for (int entry : best(view, 30)) {
            expected[entry] = true;
        }

        assertThat(chosen(30, rule, new float[][] {scaled, random(6)}, 0.3f, 0)).isEqualTo(expected);
    }

    private static void assertAllChosen(int[] entries, boolean[] chosen) {
        assertThat(IntStream.of(entries).filter(entry -> !chosen[entry]).boxed())
                .isEmpty();
    }

    private static boolean[] chosen(int kept, Rule rule, float[][] views, float... weights) {
        ViewRanks ranks = new ViewRanks(rule, N);
        ranks.begin(0, N);
        for (int i = 0; i < views.length; i++) {
            ranks.add(views[i], weights[i]);
        }
        float[] scores = new float[N];
        ranks.end(scores);
        boolean[] chosen = new boolean[N];
        for (int entry : best(scores, kept)) {
            chosen[entry] = true;
        }
        return chosen;
    }

    private static int[] best(float[] view, int count) {
        return IntStream.range(0, N)
                .boxed()
                .sorted((a, b) -> Float.compare(view[b], view[a]))
                .limit(count)
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private static float[] random(long seed) {
        Random random = new Random(seed);
        float[] view = new float[N];
        for (int i = 0; i < N; i++) {
            view[i] = random.nextFloat();
        }
        return view;
    }
}
