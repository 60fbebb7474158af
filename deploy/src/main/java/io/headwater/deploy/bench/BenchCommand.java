/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.bench;

import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.ExitCode;
import io.headwater.deploy.cli.Interrupts;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.ProgressBar;
import io.headwater.deploy.cli.UserError;
import io.headwater.deploy.decode.Cancellation;
import io.headwater.deploy.decode.DecodeFlags;
import io.headwater.deploy.decode.EngineSettings;
import io.headwater.deploy.decode.LoadedModel;
import io.headwater.model.decoding.BatchingOptions;
import io.headwater.model.decoding.DecodeClient.ClientFigures;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
            description = "sequences decoded together (default: ${DEFAULT-VALUE})")
    private int sequences;

    @Option(
            names = "--repetitions",
            paramLabel = "N",
            defaultValue = "5",
            description =
                    "measurements of each, after one that warms up, three with --kv-policy (default: ${DEFAULT-VALUE})")
    private int repetitions;

    @Option(
            names = "--resident",
            description =
                    "with --kv-policy and --depth: also this process's resident memory before that many tokens are compressed and 5 s later")
    private boolean resident;

    @Option(
            names = "--arrival",
            paramLabel = "N",
            defaultValue = "0",
            description = "instead: a prompt of N tokens arrives while 4 sequences decode; tells how long they wait")
    private int arrival;

    @Option(
            names = "--crossover-table",
            description =
                    "instead: measures both forms of the all-reduce for steps of 1 to " + CrossoverRun.MOST_ROWS
                            + " rows, each on a cluster of its own, and says from which --crossover on the second is faster; with --nodes")
    private boolean crossoverTable;

    @Mixin
    private final DecodeFlags flags = new DecodeFlags();

    public BenchCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        BenchPlan plan = new BenchPlan(prompt, generate, depth, sequences, repetitions);
        plan.check();
        checkResident();
        if (arrival != 0 && arrival < ArrivalRun.LEAST_PROMPT) {
            throw new UserError("--arrival " + arrival + ": give at least " + ArrivalRun.LEAST_PROMPT);
        }
        Cancellation cancellation = new Cancellation();
        if (crossoverTable) {
            return crossover(cancellation);
        }
        BatchingOptions together = EngineSettings.batching(
                Math.max(sequences, BatchingOptions.defaults().maxSequences()));
        try (LoadedModel model = flags.load(console, together);
                ProgressBar bar = flags.output().progress(console, "measuring", ProgressBar.Unit.ITEMS);
                Interrupts _ = Interrupts.during(cancellation::ask)) {
            if (arrival > 0) {
                return arrive(model, cancellation);
            }
            plan.checkContext(model.contextLength());
            double bytesPerSecond =
                    MemoryBandwidth.measure(model.client().figures().threads(), MemoryBandwidth.BYTES);
            BenchRun run = new BenchRun(
                    model, plan, done -> bar.update(done, plan.work(!model.kv().full())), cancellation);
            BenchResult result = result(model, plan, run, bytesPerSecond, cancellation);
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

    private void checkResident() {
        boolean elsewhere =
                flags.cluster().nodes() > 1 || flags.cluster().media().join().isPresent();
        if (resident && (depth == 0 || elsewhere || arrival > 0 || crossoverTable)) {
            throw new UserError("--resident tells of this process's cache: give --depth, and one node, without"
                    + " --join, --arrival and --crossover-table");
        }
        if (resident && flags.compression().kvOptions().full()) {
            throw new UserError("--resident tells what a compression gives back: give --kv-policy");
        }
    }

    private int crossover(Cancellation cancellation) throws IOException, InterruptedException {
        if (flags.cluster().nodes() < 2) {
            throw new UserError("--crossover-table starts clusters of its own: give --nodes of 2 or more");
        }
        if (flags.cluster().tuning().crossover().isPresent()) {
            throw new UserError("--crossover-table measures both forms: leave --crossover out");
        }
        Map<Integer, Double> whole = exchangeTimes(Integer.MAX_VALUE, cancellation);
        Map<Integer, Double> halves = exchangeTimes(0, cancellation);
        CrossoverResult result =
                CrossoverResult.of(flags.model().name(), flags.cluster().nodes(), whole, halves);
        if (flags.output().json()) {
            Json.print(console, result);
        } else {
            console.out().print(result.table());
            console.out().flush();
        }
        return ExitCode.DONE;
    }

    /** On a cluster that exchanges sums in two halves from so many rows on. */
    private Map<Integer, Double> exchangeTimes(int crossoverRows, Cancellation cancellation)
            throws IOException, InterruptedException {
        try (LoadedModel model = flags.load(console, BatchingOptions.defaults(), crossoverRows);
                ProgressBar bar = flags.output().progress(console, "measuring", ProgressBar.Unit.ITEMS);
                Interrupts _ = Interrupts.during(cancellation::ask)) {
            int sizes = Integer.SIZE - Integer.numberOfLeadingZeros(CrossoverRun.MOST_ROWS);
            long steps = (long) sizes * (repetitions + 1);
            return new CrossoverRun(model, repetitions, cancellation, done -> bar.update(done, steps)).measure();
        }
    }

    private int arrive(LoadedModel model, Cancellation cancellation) {
        ArrivalRun run = new ArrivalRun(model, arrival, cancellation);
        run.measure(); // warms up
        ArrivalResult result = run.measure();
        if (flags.output().json()) {
            Json.print(console, result);
        } else {
            console.out().print(result.line());
            console.out().flush();
        }
        return ExitCode.DONE;
    }

    private BenchResult result(
            LoadedModel model, BenchPlan plan, BenchRun run, double bytesPerSecond, Cancellation cancellation) {
        List<Double> prefill = new ArrayList<>();
        List<Double> decode = new ArrayList<>();
        List<Double> decodeEmpty = new ArrayList<>();
        List<Double> single = plan.comparesWithOne() ? singles(plan, run) : List.of();
        run.resetCounts();
        for (long repetition = -plan.warmUps(!model.kv().full()); repetition < plan.repetitions(); repetition++) {
            boolean warmUp = repetition < 0;
            if (plan.prompt() > 0) {
                keep(prefill, run.prefill(), warmUp);
            }
            if (plan.generate() > 0) {
                keep(decode, run.decode(plan.sequences()), warmUp);
                if (!model.kv().full()) {
                    keep(decodeEmpty, run.decodeEmpty(), warmUp);
                }
            }
            if (warmUp) {
                run.resetCounts();
            }
        }
        ClientFigures figures = model.client().figures();
        double weightsPerSecond = figures.weightBytes() * BenchResult.mean(decode) / plan.sequences();
        return new BenchResult(
                model.name(),
                figures.kernels(),
                figures.nodes(),
                figures.threads() / figures.nodes(),
                plan,
                prefill,
                decode,
                single,
                bytesPerSecond / 1e9,
                weightsPerSecond / bytesPerSecond,
                weightsPerSecond / 1e9,
                figures.weightBytes(),
                run.computeMs(),
                run.exchangeMs(),
                run.exchangeBytes(),
                run.compressionShare(),
                model.kv().full()
                        ? null
                        : CompressionResult.of(
                                model.kv(),
                                decode,
                                decodeEmpty,
                                run.columnSumShare(),
                                run.filled(),
                                residentMemory(model, cancellation)));
    }

    private CompressionResult.@Nullable Resident residentMemory(LoadedModel model, Cancellation cancellation) {
        return resident ? new ResidentRun(model, depth, cancellation).measure() : null;
    }

    /** The decode of one sequence alone, to compare with. */
    private static List<Double> singles(BenchPlan plan, BenchRun run) {
        List<Double> single = new ArrayList<>();
        for (int repetition = -1; repetition < plan.repetitions(); repetition++) {
            keep(single, run.decode(1), repetition < 0);
        }
        return single;
    }

    private static void keep(List<Double> speeds, double speed, boolean warmUp) {
        if (!warmUp) {
            speeds.add(speed);
        }
    }
}
