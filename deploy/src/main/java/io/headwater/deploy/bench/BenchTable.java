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
        if (result.compression() != null) {
            table.compression(result.compression());
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

    private void compression(CompressionResult compression) {
        BenchResult.CompressionShare share = result.compressionShare();
        BenchResult.CompressionShare sums = compression.columnSumShare();
        table.format("%n%s, budget %d%n", compression.policy(), compression.budget());
        if (compression.decodeRatio() > 0) {
            table.format(
                    "decode of one sequence from an empty cache, without a policy: %.2f ± %.2f tokens/s; compressed: %.3f of that%n",
                    BenchResult.mean(compression.decodeEmpty()),
                    BenchResult.deviation(compression.decodeEmpty()),
                    compression.decodeRatio());
        }
        table.format(
                "compression: %.1f %% of prefill (column sums %.1f), %.1f %% of decode (column sums %.1f)%n",
                100 * share.prefill(), 100 * sums.prefill(), 100 * share.decode(), 100 * sums.decode());
        if (compression.bytesFull() > 0) {
            table.format(
                    "right after a compression: %.2f of %.2f MB, keys + values + positions %.2f %%, all state %.2f %%%n",
                    compression.bytes() / 1e6,
                    compression.bytesFull() / 1e6,
                    100 * compression.keysValuesShare(),
                    100 * compression.stateShare());
        }
        CompressionResult.Resident resident = compression.resident();
        if (resident != null) {
            table.format(
                    "resident memory: %.1f MB without the session, %.1f MB before its compression, %.1f MB 5 s after it%n",
                    resident.empty() / 1e6, resident.before() / 1e6, resident.after() / 1e6);
        }
    }

    private static String counted(int count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }
}
