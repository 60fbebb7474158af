/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.score;

/** Negative log-likelihoods added up, for their mean and its error. */
final class Likelihood {
    private long tokens;
    private double sum;
    private double squares;

    void add(double logProbability) {
        tokens++;
        sum -= logProbability;
        squares += logProbability * logProbability;
    }

    void add(Likelihood other) {
        tokens += other.tokens;
        sum += other.sum;
        squares += other.squares;
    }

    long tokens() {
        return tokens;
    }

    /** Mean negative log-likelihood of a token; 0 without tokens. */
    double mean() {
        return tokens == 0 ? 0 : sum / tokens;
    }

    double perplexity() {
        return Math.exp(mean());
    }

    /** One standard error of {@link #perplexity}, as llama.cpp's tool has it: that of the mean, times the perplexity. */
    double standardError() {
        double variance = tokens < 2 ? 0 : squares / tokens - mean() * mean();
        return tokens < 2 ? 0 : Math.sqrt(Math.max(0, variance) / (tokens - 1)) * perplexity();
    }
}
