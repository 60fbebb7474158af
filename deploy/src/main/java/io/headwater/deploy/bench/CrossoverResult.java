/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The object of {@code bench --crossover-table --json}.
 *
 * @param crossoverRows from so many rows on the two halves are the faster form in all that was measured: the value for {@code --crossover};
 *     null if they never are
 */
record CrossoverResult(
        String model, int nodes, List<Row> rows, @Nullable Integer crossoverRows) {
    CrossoverResult {
        rows = List.copyOf(rows);
    }

    /** Milliseconds of exchange of a step of so many rows: everyone to everyone, and reduce-scatter with all-gather. */
    record Row(int rows, double wholeMs, double halvesMs) {}

    static CrossoverResult of(String model, int nodes, Map<Integer, Double> whole, Map<Integer, Double> halves) {
        List<Row> rows = whole.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(each -> new Row(each.getKey(), each.getValue(), halves.getOrDefault(each.getKey(), Double.NaN)))
                .toList();
        Integer from = null;
        for (Row row : rows.reversed()) {
            if (!(row.halvesMs() < row.wholeMs())) {
                break;
            }
            from = row.rows();
        }
        return new CrossoverResult(model, nodes, rows, from);
    }

    /** For people. */
    String table() {
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT,
                "%s on %d nodes: exchange of one step at the leader, waiting included%n%n%6s %22s %34s%n",
                model,
                nodes,
                "rows",
                "everyone to everyone",
                "reduce-scatter and all-gather"));
        for (Row row : rows) {
            table.append(
                    String.format(Locale.ROOT, "%6d %19.3f ms %31.3f ms%n", row.rows(), row.wholeMs(), row.halvesMs()));
        }
        return table.append(String.format("%n"))
                .append(
                        crossoverRows == null
                                ? "two halves are never faster to the end: no crossover"
                                : "two halves are faster from " + crossoverRows + " rows on: --crossover "
                                        + crossoverRows)
                .append(String.format("%n"))
                .toString();
    }
}
