/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.sampling;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How tokens are chosen. Flat although it has many components: they are the options of the command line and of HTTP, checked
 * together so that a user sees all mistakes at once. {@link #builder()} names them where they are set.
 *
 * @param temperature 0 = greedy, else 1e-5 to 1e5
 * @param topK keeps so many tokens; 0 = all
 * @param topP keeps the most probable tokens that reach this mass, in (0, 1]; 1 = all
 * @param minP keeps tokens of at least this share of the best one's probability, in [0, 1]; 0 = all
 * @param repeatPenalty divides positive and multiplies other logits of tokens in prompt and answer; above 0, 1 = none
 * @param presencePenalty subtracted from the logits of sampled tokens; 0 = none
 * @param frequencyPenalty subtracted once per time that the token was sampled; 0 = none
 * @param logitBias token id → added to its logit, finite or −∞
 * @param logprobs how many of the best tokens are told with their log-probabilities, 0 (nothing is told) to 256
 */
public record SamplingOptions(
        double temperature,
        int topK,
        double topP,
        double minP,
        double repeatPenalty,
        double presencePenalty,
        double frequencyPenalty,
        Map<Integer, Float> logitBias,
        int logprobs) {

    private static final double LOWEST_TEMPERATURE = 1e-5;
    private static final double HIGHEST_TEMPERATURE = 1e5;
    private static final double HIGHEST_PENALTY = 1000;

    public SamplingOptions {
        logitBias = Map.copyOf(logitBias);
        List<String> problems = new ArrayList<>();
        check(
                problems,
                temperature == 0 || within(temperature, LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE),
                "temperature=" + temperature + ": use 0 (greedy) or a number from 1e-5 to 1e5");
        check(problems, topK >= 0, "top-k=" + topK + ": use 0 (all tokens) or a positive number");
        check(problems, topP > 0 && topP <= 1, "top-p=" + topP + ": use a number above 0, at most 1");
        check(problems, within(minP, 0, 1), "min-p=" + minP + ": use a number from 0 to 1");
        check(
                problems,
                within(repeatPenalty, 1 / HIGHEST_PENALTY, HIGHEST_PENALTY),
                "repeat-penalty=" + repeatPenalty + ": use a number from 0.001 to 1000; 1 is none");
        checkPenalty(problems, "presence-penalty", presencePenalty);
        checkPenalty(problems, "frequency-penalty", frequencyPenalty);
        checkBiases(problems, logitBias);
        check(
                problems,
                logprobs >= 0 && logprobs <= BestRows.SENT,
                "logprobs=" + logprobs + ": use a number from 0 to " + BestRows.SENT);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
    }

    /** Greedy, without penalties: what {@code generate} does when nothing is asked for. */
    public static SamplingOptions defaults() {
        return builder().build();
    }

    public static SamplingOptionsBuilder builder() {
        return new SamplingOptionsBuilder();
    }

    /** Whether the best token is taken, always. */
    public boolean greedy() {
        return temperature == 0;
    }

    boolean penalises() {
        return repeatPenalty != 1 || presencePenalty != 0 || frequencyPenalty != 0;
    }

    void checkVocabulary(int vocabSize) {
        for (int token : logitBias.keySet()) {
            if (token >= vocabSize) {
                throw new IllegalArgumentException(
                        "logit bias of token " + token + ": the model's tokens are 0 to " + (vocabSize - 1));
            }
        }
    }

    private static void checkPenalty(List<String> problems, String name, double penalty) {
        check(
                problems,
                within(penalty, -HIGHEST_PENALTY, HIGHEST_PENALTY),
                name + "=" + penalty + ": use a number from -1000 to 1000; 0 is none");
    }

    private static void checkBiases(List<String> problems, Map<Integer, Float> logitBias) {
        logitBias.forEach((token, bias) -> {
            check(problems, token >= 0, "logit bias of token " + token + ": token ids begin at 0");
            check(
                    problems,
                    bias < Float.POSITIVE_INFINITY,
                    "logit bias of token " + token + " is " + bias
                            + ": use a finite number, or -Infinity to forbid the token");
        });
    }

    /** False for NaN. */
    private static boolean within(double value, double lowest, double highest) {
        return value >= lowest && value <= highest;
    }

    private static void check(List<String> problems, boolean good, String problem) {
        if (!good) {
            problems.add(problem);
        }
    }
}
