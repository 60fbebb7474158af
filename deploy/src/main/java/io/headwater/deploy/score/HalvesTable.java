/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.score;

import io.headwater.deploy.score.HalvesResult.OfVariant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** A comparison of halves as a person reads it: a row for each policy, a column for each budget, ratios to the full cache. */
final class HalvesTable {
    private HalvesTable() {}

    static String of(HalvesResult result) {
        OfVariant full = result.results().getFirst();
        StringBuilder out = new StringBuilder(String.format(
                Locale.ROOT,
                "second halves of %d windows of %d, first halves compressed; full cache: perplexity %.4f%n%n",
                result.windows(),
                result.window(),
                full.perplexity()));
        List<OfVariant> compressed =
                result.results().subList(1, result.results().size());
        int width = compressed.stream().mapToInt(v -> v.policy().length()).max().orElse(0);
        List<String> budgets = compressed.stream()
                .map(OfVariant::budget)
                .filter(Objects::nonNull)
                .distinct()
                .toList();
        out.append(row(width, "kept", budgets));
        Map<String, List<OfVariant>> rows = compressed.stream()
                .collect(Collectors.groupingBy(OfVariant::policy, LinkedHashMap::new, Collectors.toList()));
        rows.forEach((policy, variants) -> out.append(
                row(width, policy, variants.stream().map(HalvesTable::cell).toList())));
        return out.toString();
    }

    private static String cell(OfVariant variant) {
        return variant.ratio() == null ? "–" : String.format(Locale.ROOT, "%.4f", variant.ratio());
    }

    private static String row(int width, String name, List<String> cells) {
        StringBuilder row = new StringBuilder(String.format(Locale.ROOT, "%-" + Math.max(4, width) + "s", name));
        cells.forEach(cell -> row.append(String.format(Locale.ROOT, " %9s", cell)));
        return row.append(System.lineSeparator()).toString();
    }
}
