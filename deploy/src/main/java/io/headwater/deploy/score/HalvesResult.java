/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.score;

import io.headwater.deploy.quality.Variant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The object of {@code perplexity --compress-half --json}; the first result is the full cache. */
record HalvesResult(int window, int windows, List<OfVariant> results) {
    HalvesResult {
        results = List.copyOf(results);
    }

    /**
     * What one policy at one budget did.
     *
     * @param policy as it was written
     * @param kvPolicy with all its options
     * @param budget entries, or the share that is kept; null: the full cache
     * @param tokens that were scored; 0 where the policy protects more entries than it may keep
     * @param perplexity of all windows; null without tokens
     * @param ratio to the full cache's
     * @param perWindow mean negative log-likelihoods
     */
    record OfVariant(
            String policy,
            String kvPolicy,
            @Nullable String budget,
            long tokens,
            @Nullable Double perplexity,
            @Nullable Double ratio,
            List<Double> perWindow) {}

    static HalvesResult of(int window, int windows, List<Variant> variants, List<List<Likelihood>> scored) {
        List<OfVariant> results = new ArrayList<>();
        double full = all(scored.getFirst()).perplexity();
        for (int v = 0; v < variants.size(); v++) {
            Likelihood all = all(scored.get(v));
            boolean any = all.tokens() > 0;
            results.add(new OfVariant(
                    variants.get(v).label(),
                    variants.get(v).policy().text(),
                    variants.get(v).policy().none()
                            ? null
                            : variants.get(v).budget().toString(),
                    all.tokens(),
                    any ? all.perplexity() : null,
                    any ? all.perplexity() / full : null,
                    scored.get(v).stream().map(Likelihood::mean).toList()));
        }
        return new HalvesResult(window, windows, results);
    }

    private static Likelihood all(List<Likelihood> windows) {
        Likelihood all = new Likelihood();
        windows.forEach(all::add);
        return all;
    }
}
