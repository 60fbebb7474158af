/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplerTest {
    @Test
    void greedyTakesTheLowestIdOfEqualLogits() {
        float[] logits = {-1f, 2f, -0f, 2f, 0f};

        assertThat(new Sampler(SamplingOptions.defaults(), 1, 5).sample(logits, 0))
                .isEqualTo(1);
    }

    @Test
    void greedyChoosesAfterBiasAndPenalties() {
        float[] logits = {4f, 3.5f, 3f, -1f};
        SamplingOptions options = SamplingOptions.builder()
                .repeatPenalty(2)
                .logitBias(Map.of(2, 0.25f))
                .build();
        Sampler sampler = new Sampler(options, 1, 4);

        assertThat(sampler.sample(logits, 0)).isEqualTo(0);
        sampler.counts().sampled(0);
        assertThat(sampler.sample(logits, 1)).isEqualTo(1);
        sampler.counts().prompt(1);
        assertThat(sampler.sample(logits, 2)).isEqualTo(2);
        sampler.counts().clear();
        assertThat(sampler.sample(logits, 3)).isEqualTo(0);
    }

    @Test
    void bestRowsDecideHowMuchIsFetchedButNeverTheToken() {
        int fetched = 0;
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            int vocabSize = 1 + random.nextInt(5000);
            float[] logits = Logits.withTies(random, vocabSize, 0.2 + 3 * random.nextDouble());
            SamplingOptions options = randomOptions(random);
            Sampler shortcut = new Sampler(options, seed, vocabSize);
            Sampler few = new Sampler(options, seed, vocabSize, 3);
            Sampler everything = new Sampler(options, seed, vocabSize, vocabSize);
            Sampler nothing = new Sampler(options, seed, vocabSize, 0);

            for (int index = 0; index < 5; index++) {
                int token = shortcut.sample(logits, index);

                assertThat(token)
                        .as("seed %d, index %d, %s", seed, index, options)
                        .isEqualTo(few.sample(logits, index))
                        .isEqualTo(everything.sample(logits, index))
                        .isEqualTo(nothing.sample(logits, index));
                fetched += shortcut.fetchedAllRows() ? 1 : 0;
            }
        }
        assertThat(fetched).isBetween(100, 1400); // both ways were taken
    }

    @Test
    void drawsWithTheSoftmaxOfLogitsOverTemperature() {
        float[] logits = {0f, 1f, 2f, 3f};
        Sampler sampler = new Sampler(SamplingOptions.builder().temperature(2).build(), 42, 4);
        int draws = 20_000;
        int[] counts = new int[4];

        for (int index = 0; index < draws; index++) {
            counts[sampler.sample(logits, index)]++;
        }

        double mass = 0;
        for (float logit : logits) {
            mass += Math.exp(logit / 2);
        }
        for (int token = 0; token < 4; token++) { // deviation at most 0.0036
            assertThat(counts[token] / (double) draws).isCloseTo(Math.exp(logits[token] / 2) / mass, within(0.015));
        }
    }

    @Test
    void eachCutKeepsExactlyItsTokens() {
        float[] logits = {log(0.1), log(0.4), log(0.05), log(0.3), log(0.15)};

        assertThat(tokensDrawn(SamplingOptions.builder().temperature(1).topK(2), logits))
                .containsExactly(1, 3);
        assertThat(tokensDrawn(SamplingOptions.builder().temperature(1).topP(0.75), logits))
                .containsExactly(1, 3, 4);
        assertThat(tokensDrawn(SamplingOptions.builder().temperature(1).minP(0.3), logits))
                .containsExactly(1, 3, 4);
        assertThat(tokensDrawn(SamplingOptions.builder().temperature(1).topP(1e-9), logits))
                .containsExactly(1);
        // top-p counts the mass that top-k has left: 0.4 of 0.7 is less than 0.6
        assertThat(tokensDrawn(SamplingOptions.builder().temperature(1).topK(2).topP(0.6), logits))
                .containsExactly(1, 3);
        assertThat(tokensDrawn(SamplingOptions.builder().temperature(1).topK(2).topP(0.5), logits))
                .containsExactly(1);
        assertThat(tokensDrawn(SamplingOptions.builder().temperature(1), logits))
                .containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void theSeedAndTheIndexDecideNotTheOrderOfCalls() {
        float[] logits = Logits.withTies(new Random(3), 2000, 1);
        SamplingOptions options = SamplingOptions.builder().temperature(1).build();
        Sampler forwards = new Sampler(options, 9, 2000);
        Sampler backwards = new Sampler(options, 9, 2000);
        int[] tokens = new int[50];
        int[] again = new int[50];

        for (int index = 0; index < 50; index++) {
            tokens[index] = forwards.sample(logits, index);
            again[49 - index] = backwards.sample(logits, 49 - index);
        }

        assertThat(again).isEqualTo(tokens);
        assertThat(Arrays.stream(tokens).distinct().count()).isGreaterThan(30);
    }

    @Test
    void logProbabilitiesAreThoseOfTheRawLogits() {
        float[] logits = {log(0.25), log(0.5), log(0.125), log(0.125)};
        SamplingOptions options = SamplingOptions.builder()
                .temperature(0.5)
                .logitBias(Map.of(1, Float.NEGATIVE_INFINITY))
                .logprobs(3)
                .build();
        Sampler sampler = new Sampler(options, 1, 4);

        assertThat(sampler.sample(logits, 0)).isNotEqualTo(1);

        LogProbabilities told = sampler.logProbabilities();
        assertThat(told.topCount()).isEqualTo(3);
        assertThat(new int[] {told.topToken(0), told.topToken(1), told.topToken(2)})
                .containsExactly(1, 0, 2);
        assertThat(told.topLogProbability(0)).isCloseTo(Math.log(0.5), within(1e-6));
        assertThat(told.topLogit(1)).isEqualTo(logits[0]);
        assertThat(told.of(3)).isCloseTo(Math.log(0.125), within(1e-6));
    }

    @Test
    void aBrokenLogitIsNamed() {
        float[] logits = {1f, Float.NaN, 2f};

        for (double temperature : new double[] {0, 1}) {
            Sampler sampler = new Sampler(
                    SamplingOptions.builder().temperature(temperature).build(), 1, 3);
            assertThatThrownBy(() -> sampler.sample(logits, 17))
                    .isInstanceOf(BrokenLogitsException.class)
                    .hasMessageStartingWith("logit of token 1 is NaN at position 17");
        }
    }

    @Test
    void forbiddingEveryTokenIsAnError() {
        Map<Integer, Float> all = Map.of(0, Float.NEGATIVE_INFINITY, 1, Float.NEGATIVE_INFINITY);

        for (double temperature : new double[] {0, 1}) {
            SamplingOptions options = SamplingOptions.builder()
                    .temperature(temperature)
                    .logitBias(all)
                    .build();
            Sampler sampler = new Sampler(options, 1, 2);
            assertThatThrownBy(() -> sampler.sample(new float[2], 3))
                    .isInstanceOf(BrokenLogitsException.class)
                    .hasMessageStartingWith("every token has probability 0 at position 3");
        }
    }

    private static int[] tokensDrawn(SamplingOptionsBuilder options, float[] logits) {
        Sampler sampler = new Sampler(options.build(), 5, logits.length);
        boolean[] drawn = new boolean[logits.length];
        for (int index = 0; index < 1000; index++) {
            drawn[sampler.sample(logits, index)] = true;
        }
        return IntStream.range(0, logits.length).filter(token -> drawn[token]).toArray();
    }

    private static float log(double probability) {
        return (float) Math.log(probability);
    }

    static SamplingOptions randomOptions(Random random) {
        return SamplingOptions.builder()
                .temperature(0.3 + random.nextDouble())
                .topK(random.nextInt(3) == 0 ? 1 + random.nextInt(600) : 0)
                .topP(random.nextInt(3) == 0 ? 1 : 0.5 + random.nextDouble() / 2)
                .minP(random.nextInt(3) == 0 ? random.nextDouble() / 10 : 0)
                .build();
    }
}
