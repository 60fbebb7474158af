/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.quality;

import io.headwater.deploy.quality.RetrievalResult.OfVariant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** A result as a person reads it: a table for each length, a row for each policy, a column for each budget. */
final class RetrievalTable {
    private final StringBuilder out = new StringBuilder();
    private final RetrievalResult result;
    private final int policyWidth;

    private RetrievalTable(RetrievalResult result) {
        this.result = result;
        this.policyWidth = result.results().stream()
                .mapToInt(r -> r.policy().length())
                .max()
                .orElse(0);
    }

    static String of(RetrievalResult result, QuestionForm form) {
        RetrievalTable table = new RetrievalTable(result);
        table.out.append("right answers, ").append(form.words()).append('\n');
        List<Integer> lengths = result.lengths().stream().distinct().sorted().toList();
        lengths.forEach(table::length);
        table.paired();
        return table.out.toString();
    }

    private void length(int length) {
        long cases = result.lengths().stream().filter(l -> l == length).count();
        out.append('\n')
                .append(length == 0 ? "all lengths" : length + " tokens")
                .append(" (" + cases + " cases)\n");
        head();
        byPolicy().forEach((policy, variants) -> {
            row(policy, variants.stream().map(v -> cell(v, length)).toList());
        });
    }

    private Map<String, List<OfVariant>> byPolicy() {
        return result.results().stream()
                .collect(Collectors.groupingBy(OfVariant::policy, LinkedHashMap::new, Collectors.toList()));
    }

    private void head() {
        List<String> budgets = result.results().stream()
                .map(OfVariant::budget)
                .filter(Objects::nonNull)
                .distinct()
                .toList();
        row("kept", budgets);
    }

    private String cell(OfVariant variant, int length) {
        int right = 0;
        int tried = 0;
        for (int i = 0; i < result.lengths().size(); i++) {
            Boolean answer = variant.answers().get(i);
            if (result.lengths().get(i) == length && answer != null) {
                tried++;
                right += answer ? 1 : 0;
            }
        }
        return tried == 0 ? "–" : right + "/" + tried;
    }

    /** Wins and losses over all lengths. */
    private void paired() {
        Map<String, List<String>> rows = new LinkedHashMap<>();
        for (OfVariant v : result.results()) {
            if (v.wins() != null) {
                rows.computeIfAbsent(v.policy(), _ -> new ArrayList<>()).add("+" + v.wins() + " −" + v.losses());
            }
        }
        if (!rows.isEmpty()) {
            out.append("\ncases won and lost\n");
            head();
            rows.forEach(this::row);
        }
    }

    private void row(String policy, List<String> cells) {
        out.append(String.format(Locale.ROOT, "%-" + Math.max(8, policyWidth) + "s", policy));
        cells.forEach(cell -> out.append(String.format(Locale.ROOT, " %9s", cell)));
        out.append('\n');
    }
}
