/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.bench;

import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.ExitCode;
import io.headwater.deploy.cli.Interrupts;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.ProgressBar;
import io.headwater.deploy.decode.Cancellation;
import io.headwater.deploy.decode.DecodeFlags;
import io.headwater.deploy.decode.LoadedModel;
import io.headwater.model.engine.EngineStatistics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code headwater bench}. */
@Command(
        name = "bench",
        sortOptions = false,
        description =
                "Measures prefill and decode, and the share of the machine's memory bandwidth that decode reaches.")
public final class BenchCommand implements Callable<Integer> {
    private final Console console;

    @Option(
            names = "--prompt",
            paramLabel = "N",
            defaultValue = "512",
            description = "tokens of a prefill, 0 for none (default: ${DEFAULT-VALUE})")
    private int prompt;

    @Option(
            names = "--generate",
            paramLabel = "N",
            defaultValue = "128",
            description = "tokens of a decode, 0 for none (default: ${DEFAULT-VALUE})")
    private int generate;

    @Option(
            names = "--depth",
            paramLabel = "N",
            defaultValue = "0",
            description = "tokens in the cache before either (default: ${DEFAULT-VALUE})")
    private int depth;

    @Option(
            names = "--sequences",
            paramLabel = "N",
            defaultValue = "1",
            description = "sequences that take turns, not yet decoded in one step (default: ${DEFAULT-VALUE})")
    private int sequences;

    @Option(
            names = "--repetitions",
            paramLabel = "N",
            defaultValue = "5",
            description = "measurements of each, after one that warms up (default: ${DEFAULT-VALUE})")
    private int repetitions;

    @Mixin
    private final DecodeFlags flags = new DecodeFlags();

    public BenchCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        BenchPlan plan = new BenchPlan(prompt, generate, depth, sequences, repetitions);
        plan.check();
        Cancellation cancellation = new Cancellation();
        try (LoadedModel model = flags.load(console);
                ProgressBar bar = flags.output().progress(console, "measuring", ProgressBar.Unit.ITEMS);
                Interrupts _ = Interrupts.during(cancellation::ask)) {
            plan.checkContext(model.engines().contextLength());
            if (sequences > 1) {
                flags.output()
                        .note(console, "this version decodes the " + sequences + " sequences in turns, not together");
            }
            int threads = model.options().nodes() * model.options().threadsPerNode();
            double bytesPerSecond = MemoryBandwidth.measure(threads, MemoryBandwidth.BYTES);
            BenchRun run = new BenchRun(model, plan, done -> bar.update(done, plan.work()), cancellation);
            BenchResult result = result(model, plan, run, bytesPerSecond);
            bar.clear();
            if (flags.output().json()) {
                Json.print(console, result);
            } else {
                console.out().print(BenchTable.of(result));
                console.out().flush();
            }
            return ExitCode.DONE;
        }
    }

    private static BenchResult result(LoadedModel model, BenchPlan plan, BenchRun run, double bytesPerSecond) {
        List<Double> prefill = new ArrayList<>();
        List<Double> decode = new ArrayList<>();
        for (int repetition = -1; repetition < plan.repetitions(); repetition++) {
            boolean warmUp = repetition < 0;
            if (plan.prompt() > 0) {
                keep(prefill, run.prefill(), warmUp);
            }
            if (plan.generate() > 0) {
                keep(decode, run.decode(), warmUp);
            }
            if (warmUp) {
                run.resetCounts();
            }
        }
        EngineStatistics statistics = model.engines().statistics();
        double weightsPerSecond = statistics.weightBytes() * BenchResult.mean(decode);
        return new BenchResult(
                model.name(),
                statistics.kernels(),
                model.options().nodes(),
                model.options().threadsPerNode(),
                plan,
                prefill,
                decode,
                bytesPerSecond / 1e9,
                weightsPerSecond / bytesPerSecond,
                weightsPerSecond / 1e9,
                statistics.weightBytes(),
                run.computeMs(),
                run.exchangeMs(),
                run.exchangeBytes(),
                BenchResult.CompressionShare.NONE);
    }

    private static void keep(List<Double> speeds, double speed, boolean warmUp) {
        if (!warmUp) {
            speeds.add(speed);
        }
    }
}
