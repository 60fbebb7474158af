/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.bench;

import java.util.Formatter;
import java.util.List;
import java.util.Locale;

/** A result as a person reads it. */
final class BenchTable {
    private final Formatter table = new Formatter(Locale.ROOT);
    private final BenchResult result;

    private BenchTable(BenchResult result) {
        this.result = result;
    }

    static String of(BenchResult result) {
        BenchTable table = new BenchTable(result);
        table.head();
        int sequences = result.plan().sequences();
        table.row("prefill " + result.plan().prompt(), sequences, result.prefill());
        table.row("decode " + result.plan().generate(), 1, result.decodeSingle());
        table.row("decode " + result.plan().generate(), sequences, result.decode());
        if (!result.decode().isEmpty()) {
            table.foot();
        }
        return table.table.toString();
    }

    private void head() {
        table.format(
                "%s: %.1f MB of weights, %s kernels, %s with %s%n",
                result.model(),
                result.weightBytes() / 1e6,
                result.kernels(),
                counted(result.nodes(), "node"),
                counted(result.threads(), "thread"));
        table.format("this machine reads %.1f GB/s with as many threads%n%n", result.bandwidthGbS());
        table.format("%-22s %20s %12s%n", "test", "tokens/s", "ms/token");
    }

    private void row(String name, int together, List<Double> speeds) {
        if (speeds.isEmpty()) {
            return;
        }
        BenchPlan plan = result.plan();
        String depth = plan.depth() > 0 ? " @ " + plan.depth() : "";
        String sequences = together > 1 ? " × " + together : "";
        double mean = BenchResult.mean(speeds);
        String speed = String.format(Locale.ROOT, "%.2f ± %.2f", mean, BenchResult.deviation(speeds));
        table.format("%-22s %20s %12.3f%n", name + depth + sequences, speed, 1000 / mean);
    }

    private void foot() {
        if (!result.decodeSingle().isEmpty()) {
            table.format(
                    "%n%d sequences together decode %.2f times as fast as one%n",
                    result.plan().sequences(), result.ratio());
        }
        table.format(
                "%ndecode reads %.1f GB/s of weights: %.2f of what the machine can%n",
                result.weightsGbS(), result.bandwidthShare());
        table.format(
                "per token: %.3f ms compute, %.3f ms exchange (%d bytes)%n",
                result.computeMs(), result.exchangeMs(), result.exchangeBytes());
    }

    private static String counted(int count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }
}
