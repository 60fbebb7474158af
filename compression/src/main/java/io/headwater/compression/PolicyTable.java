/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression;

import io.headwater.compression.allocation.Allocation;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All policies there are, with their options, defaults and sources; section numbers are those of the specification. */
final class PolicyTable {
    private static final PolicyOption SINKS = whole("sinks", 0, 0, 256, "first entries that are always kept");
    private static final PolicyOption REDUCE =
            choice("reduce", "mean", List.of("mean", "max"), "how probabilities of a group's query heads become one");
    private static final List<String> POOLS =
            List.of("none", "avg3", "avg5", "avg7", "max3", "max5", "max7", "max9", "max11");

    private static final PolicyOption FLOOR = floor("0.2");

    private static final PolicyOption WHEN = choice(
            "when",
            "prompt",
            List.of("prompt", "idle"),
            "when the context is repeated, and heads fall to the budget: prompt: before each prompt's end, and before the prefill limit in it; idle: when the session is idle or memory short, else only before every prefill limit");

    static final List<PolicyDescription> ALL = List.of(
            new PolicyDescription("none", "keep everything", "", "exact", List.of()),
            new PolicyDescription(
                    "streaming-llm",
                    "keep the first entries and the latest",
                    "Xiao et al. 2023; microsoft/G-KV",
                    "golden; keys keep their positions",
                    List.of(whole("sinks", 4, 0, 256, "first entries that are always kept"))),
            new PolicyDescription(
                    "h2o",
                    "keep what all queries so far attended to, and the latest entries",
                    "Zhang et al. 2023; kvpress ObservedAttention",
                    "golden for the sums; the shares are the paper's",
                    divided(
                            SINKS,
                            decimal("recent-share", "0.5", 0, 1, "share of the budget for the latest entries"),
                            choice(
                                    "per-query",
                                    "off",
                                    List.of("off", "on"),
                                    "divide by the number of queries that saw it"))),
            new PolicyDescription(
                    "snapkv",
                    "keep what the last queries attend to",
                    "Li et al. 2024; NVIDIA/kvpress",
                    "golden",
                    divided(windowOptions(32, "mean", "avg5"))),
            new PolicyDescription(
                    "pyramidkv",
                    "snapkv with budgets that fall from layer to layer",
                    "Cai et al. 2024; NVIDIA/kvpress, KVCache-Factory",
                    "golden",
                    with(
                            windowOptions(32, "mean", "avg5"),
                            whole("beta", 20, 1, 1000, "the last layer gets a beta-th of the mean budget"),
                            choice(
                                    "schedule",
                                    "paper",
                                    List.of("paper", "kvpress"),
                                    "paper: beside the window; kvpress: with the window, uniform where that is not feasible"))),
            new PolicyDescription(
                    "ada-kv",
                    "snapkv with a layer's budget divided among its heads by their scores",
                    "Feng et al. 2024; NVIDIA/kvpress",
                    "golden",
                    with(windowOptions(32, "mean", "avg5"), allocation(Allocation.ADAPTIVE), FLOOR)),
            new PolicyDescription(
                    "uncomp",
                    "snapkv with a layer's budget divided among its heads by the entropy of their queries",
                    "Xiong et al. 2024 (arXiv 2410.03090); menik1126/UNComp",
                    "golden for entropies and groups; budgets in proportion to the code's constants, together exactly mean x heads; groups of KV heads, not of query heads; compresses every interval, not every token; stages from the code, no golden file, and the last queries' tokens always go on",
                    uncompOptions()),
            new PolicyDescription(
                    "ems",
                    "keep by all queries, the last queries and key geometry; merge some of the rest into what is kept",
                    "Li et al. 2024 (arXiv 2412.08521), no public code; specification 1.2 and 5.10",
                    "reconstruction",
                    emsOptions()),
            new PolicyDescription(
                    "g-kv",
                    "keep what the last queries of any change point attended to, less what is redundant",
                    "Liao et al. 2025; microsoft/G-KV",
                    "golden",
                    divided(
                            SINKS,
                            window(16),
                            reduce("max"),
                            pool("none"),
                            choice("normalise", "on", List.of("on", "off"), "divide scores by their maximum"),
                            decimal("alpha", "0.8", 0, 1, "decay of a score from one change point to the next"),
                            choice(
                                    "smooth",
                                    "max",
                                    List.of("max", "mean", "sum"),
                                    "how old and new scores are combined"),
                            lambda("0.5"),
                            similarity(),
                            threshold(),
                            temperature())),
            new PolicyDescription(
                    "r-kv",
                    "keep what the last queries attend to, less what is redundant",
                    "Cai et al. 2025; microsoft/G-KV's form",
                    "golden",
                    divided(
                            SINKS,
                            window(8),
                            reduce("max"),
                            pool("max7"),
                            lambda("0.1"),
                            similarity(),
                            threshold(),
                            temperature())),
            new PolicyDescription(
                    "kv-compress",
                    "keep what the last queries attend to, squared; all heads of all layers compete for blocks",
                    "Rehg 2024 (arXiv 2410.00161); IsaacRe/vllm-kvcompress",
                    "from the code, no golden file; decode counts the last queries before each change point",
                    with(List.of(SINKS, window(32), pool("max7")), allocation(Allocation.GLOBAL), floor("0"))),
            new PolicyDescription(
                    "kvzip",
                    "keep what the model attends to when it is asked to repeat its context",
                    "Kim et al. 2025 (arXiv 2505.23416); snu-mllab/KVzip, NVIDIA/kvpress",
                    "from the code, no golden file; softmax over the whole cache; what no reconstruction has met yet falls with its age",
                    List.of(
                            whole("sinks", 4, 0, 256, "first entries that are always kept"),
                            recent(),
                            allocation(Allocation.GLOBAL),
                            floor("0"),
                            WHEN)),
            new PolicyDescription(
                    "keydiff",
                    "keep keys that differ from the mean key",
                    "Park et al. 2025; NVIDIA/kvpress",
                    "golden",
                    divided(SINKS, recent())),
            new PolicyDescription(
                    "expected-attention",
                    "keep what future queries, normal as the last ones were, will attend to",
                    "Devoto et al. 2025; NVIDIA/kvpress",
                    "golden; its statistics come from the last queries, not from all",
                    divided(
                            whole("sinks", 4, 0, 256, "first entries that are always kept"),
                            whole("window", 128, 2, 4096, "last queries that statistics are made of"),
                            whole("future", 512, 1, 65536, "positions to come that the rotation is averaged over"),
                            choice(
                                    "covariance",
                                    "on",
                                    List.of("on", "off"),
                                    "use the queries' covariance, not their mean alone"),
                            choice("value-norm", "on", List.of("on", "off"), "multiply by the value's norm"),
                            decimal("epsilon", "0", 0, 1, "added to the probability before that"))),
            new PolicyDescription(
                    "tova",
                    "keep what the last query attends to",
                    "Oren et al. 2024; NVIDIA/kvpress",
                    "golden; averaged over a KV head's group, not over the layer, so that heads stay independent",
                    divided(SINKS)),
            new PolicyDescription(
                    "knorm",
                    "keep keys of small norm",
                    "Devoto et al. 2024; NVIDIA/kvpress",
                    "golden",
                    divided(SINKS, recent())));

    private PolicyTable() {}

    static Optional<PolicyDescription> find(String name) {
        return ALL.stream().filter(p -> p.name().equals(name)).findFirst();
    }

    static String names() {
        return ALL.stream().map(PolicyDescription::name).collect(Collectors.joining(", "));
    }

    private static List<PolicyOption> windowOptions(int window, String reduce, String pool) {
        return List.of(SINKS, window(window), reduce(reduce), pool(pool));
    }

    private static List<PolicyOption> uncompOptions() {
        return with(
                windowOptions(8, "mean", "avg5"),
                allocation(Allocation.ENTROPY),
                FLOOR,
                new PolicyOption.Staging(
                        "stages",
                        "on: a long prompt goes on with fewer tokens where the entropy of hidden states falls from a layer to the next: those that the last queries (window) of the layer before attend to, over all heads (the paper's uncomp_stage)"),
                decimal(
                        "stage-fall",
                        "0.01",
                        0,
                        1,
                        "fall of the entropy above which a stage begins, asked of the calibration; less gives more stages"),
                whole(
                        "min-tokens",
                        1536,
                        1,
                        1 << 20,
                        "tokens that the last stage goes on with, of those read between two change points; at least the window"),
                whole(
                        "max-tokens",
                        4096,
                        1,
                        1 << 20,
                        "tokens from which the stages step down to min-tokens evenly; the first stage always reads all"));
    }

    private static List<PolicyOption> emsOptions() {
        return with(
                List.of(
                        whole("sinks", 4, 0, 256, "first entries that are always kept"),
                        window(8),
                        choice(
                                "score",
                                "attention",
                                List.of("attention", "reconstruction"),
                                "reconstruction: as kvzip, in place of the Global-Local score and key geometry"),
                        REDUCE,
                        choice(
                                "combine",
                                "sum",
                                List.of("sum", "max", "local", "global"),
                                "the mass by which heads compete and entries merge: of all queries' sums and the window's, aligned by their means; rank=sum ranks it; with rank=best local leaves all queries' choice out, global the last ones'"),
                        pool("max9"),
                        choice(
                                "rank",
                                "best",
                                List.of("best", "sum"),
                                "best: all queries, the last ones and key geometry choose in turn, as often as their weights say; sum: ranks added"),
                        decimal(
                                "local",
                                "2",
                                0,
                                1000,
                                "weight of the last queries' choice, that of all queries being 1; rank=best"),
                        choice(
                                "per-query",
                                "off",
                                List.of("off", "on"),
                                "divide sums by the number of queries that saw the entry"),
                        decimal(
                                "geometry",
                                "5",
                                0,
                                1000,
                                "weight of the choice by key geometry and value norm; 0: attention alone"),
                        choice(
                                "geometry-pool",
                                "max5",
                                POOLS,
                                "how an entry's key geometry is spread to its neighbours"),
                        decimal("rho", "0.95", 0, 1, "share of the score's mass that a head keeps or merges"),
                        decimal(
                                "gamma",
                                "8",
                                0,
                                16,
                                "entries merged at most, in multiples of those kept; 0: evict only"),
                        whole(
                                "merged",
                                1024,
                                0,
                                65536,
                                "entries of a head merged at most, however many are kept: each costs attention an exponential"),
                        decimal(
                                "tau",
                                "0.4",
                                0,
                                2,
                                "similarity below which an entry is evicted instead; above 1: evict only"),
                        choice("norm-rule", "center", List.of("center", "mean"), "norm of a merged key"),
                        choice(
                                "storage",
                                "expanded",
                                List.of("compact", "expanded", "off"),
                                "how merged entries are stored; off: evict only"),
                        choice(
                                "use-position",
                                "off",
                                List.of("off", "on"),
                                "compare and merge keys as before their rotation"),
                        choice("merge-keys", "off", List.of("off", "on"), "merge keys too, not values alone"),
                        choice("bias", "off", List.of("off", "log-count"), "what a merged entry's logit gets")),
                allocation(Allocation.GLOBAL),
                FLOOR,
                WHEN);
    }

    /** Of a policy whose scores heads can compete with. */
    private static List<PolicyOption> divided(PolicyOption... options) {
        return divided(List.of(options));
    }

    private static List<PolicyOption> divided(List<PolicyOption> options) {
        return with(options, allocation(Allocation.UNIFORM), FLOOR);
    }

    private static PolicyOption allocation(Allocation byDefault) {
        return new PolicyOption.Division(
                "allocation",
                byDefault.word(),
                "how heads share the budget: all alike, less from layer to layer, by their scores in a layer, by the entropy of their queries in a layer, by their scores in all layers");
    }

    private static PolicyOption floor(String byDefault) {
        return decimal("floor", byDefault, 0, 1, "share of the mean budget that every head keeps where heads compete");
    }

    private static List<PolicyOption> with(List<PolicyOption> options, PolicyOption... more) {
        return Stream.concat(options.stream(), Stream.of(more)).toList();
    }

    private static PolicyOption window(int value) {
        return whole("window", value, 1, 1024, "last queries that score, and last entries that are always kept");
    }

    private static PolicyOption reduce(String byDefault) {
        return choice("reduce", byDefault, List.of("mean", "max"), REDUCE.meaning());
    }

    private static PolicyOption pool(String byDefault) {
        return choice("pool", byDefault, POOLS, "how an entry's window score is spread to its neighbours");
    }

    private static PolicyOption recent() {
        return whole("recent", 0, 0, 65536, "last entries that are always kept");
    }

    private static PolicyOption lambda(String byDefault) {
        return decimal("lambda", byDefault, 0, 1, "weight of attention; the rest is redundancy's");
    }

    private static PolicyOption similarity() {
        return choice(
                "similarity",
                "latest",
                List.of("latest", "raw"),
                "latest: an entry's latest look-alike is excused; raw: and entry 0 where there is none");
    }

    private static PolicyOption threshold() {
        return decimal("threshold", "0.5", -1, 1, "cosine above which keys are look-alikes");
    }

    private static PolicyOption temperature() {
        return decimal("temperature", "1", 0.001, 1000, "of the softmax over redundancies");
    }

    private static PolicyOption whole(String name, int value, int least, int most, String meaning) {
        return new PolicyOption.Whole(name, value, least, most, meaning);
    }

    private static PolicyOption decimal(String name, String value, double least, double most, String meaning) {
        return new PolicyOption.Decimal(name, value, least, most, meaning);
    }

    private static PolicyOption choice(String name, String value, List<String> words, String meaning) {
        return new PolicyOption.Choice(name, value, words, meaning);
    }
}
