/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.score;

import java.util.List;

/**
 * The object of {@code perplexity --json}.
 *
 * @param tokens that were scored
 * @param nll their mean negative log-likelihood
 * @param perWindow the same of each window
 */
record Perplexity(
        long tokens, int windows, double nll, double perplexity, double standardError, List<Double> perWindow) {
    Perplexity {
        perWindow = List.copyOf(perWindow);
    }

    static Perplexity of(List<Likelihood> windows) {
        Likelihood all = new Likelihood();
        windows.forEach(all::add);
        return new Perplexity(
                all.tokens(),
                windows.size(),
                all.mean(),
                all.perplexity(),
                all.standardError(),
                windows.stream().map(Likelihood::mean).toList());
    }
}
