/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.quality;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The object of {@code retrieve --json}.
 *
 * @param lengths of the cases
 */
record RetrievalResult(String form, List<String> cases, List<Integer> lengths, List<OfVariant> results) {
    RetrievalResult {
        cases = List.copyOf(cases);
        lengths = List.copyOf(lengths);
        results = List.copyOf(results);
    }

    /**
     * What one policy at one budget did.
     *
     * @param policy as it was written
     * @param kvPolicy with all its options
     * @param budget entries, or the share that is kept; null: the full cache
     * @param right cases, of those {@code tried}
     * @param answers right or wrong, case by case; null: not tried, since the policy protects more than its budget
     * @param wins cases that are right where the other policy of {@code --against} is wrong at this budget
     */
    record OfVariant(
            String policy,
            String kvPolicy,
            @Nullable String budget,
            int right,
            int tried,
            List<@Nullable Boolean> answers,
            @Nullable Integer wins,
            @Nullable Integer losses) {}

    /** {@code answers}: case by case, variant by variant. */
    static RetrievalResult of(
            QuestionForm form,
            List<RetrievalCase> cases,
            List<Variant> variants,
            List<List<@Nullable Boolean>> answers,
            @Nullable String against) {
        List<OfVariant> results = new ArrayList<>();
        for (int v = 0; v < variants.size(); v++) {
            List<@Nullable Boolean> ours = column(answers, v);
            Optional<List<@Nullable Boolean>> theirs =
                    rival(variants, v, against).map(other -> column(answers, other));
            results.add(of(variants.get(v), ours, theirs));
        }
        return new RetrievalResult(
                form.name().toLowerCase(Locale.ROOT),
                cases.stream().map(RetrievalCase::id).toList(),
                cases.stream().map(RetrievalCase::length).toList(),
                results);
    }

    private static OfVariant of(
            Variant variant, List<@Nullable Boolean> ours, Optional<List<@Nullable Boolean>> theirs) {
        return new OfVariant(
                variant.label(),
                variant.policy().text(),
                variant.policy().none() ? null : variant.budget().toString(),
                Math.toIntExact(ours.stream().filter(Boolean.TRUE::equals).count()),
                Math.toIntExact(ours.stream().filter(Objects::nonNull).count()),
                ours,
                theirs.map(other -> better(ours, other)).orElse(null),
                theirs.map(other -> better(other, ours)).orElse(null));
    }

    private static List<@Nullable Boolean> column(List<List<@Nullable Boolean>> answers, int variant) {
        List<@Nullable Boolean> column = new ArrayList<>();
        answers.forEach(ofCase -> column.add(ofCase.get(variant)));
        return column;
    }

    /** The policy that a variant is compared with, at its budget. */
    private static Optional<Integer> rival(List<Variant> variants, int variant, @Nullable String against) {
        for (int other = 0; other < variants.size(); other++) {
            if (variants.get(other).label().equals(against)
                    && other != variant
                    && variants.get(other).budget().equals(variants.get(variant).budget())) {
                return Optional.of(other);
            }
        }
        return Optional.empty();
    }

    /** Cases that are right here and wrong there. */
    private static int better(List<@Nullable Boolean> here, List<@Nullable Boolean> there) {
        int better = 0;
        for (int i = 0; i < here.size(); i++) {
            better += Boolean.TRUE.equals(here.get(i)) && Boolean.FALSE.equals(there.get(i)) ? 1 : 0;
        }
        return better;
    }
}
