/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.decode;

import io.headwater.actors.node.HostMemory;
import io.headwater.deploy.cli.ClusterFlags;
import io.headwater.deploy.cli.EngineFlags;
import io.headwater.deploy.cli.KvFlags;
import io.headwater.deploy.cli.MediaFlags;
import io.headwater.deploy.cli.UserError;
import io.headwater.model.decoding.BatchingOptions;
import io.headwater.model.engine.EngineOptions;
import io.headwater.model.engine.KernelChoice;
import io.headwater.model.gguf.GgufException;
import io.headwater.model.llama.LlamaConfig;
import io.headwater.model.llama.LlamaModel;
import io.headwater.tensors.kernels.KvType;
import io.headwater.tensors.memory.ArenaOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/** Engine options from what the user wrote; what was left out comes from the model and the machine. */
public final class EngineSettings {
    private EngineSettings() {}

    /** What can be said before the model is opened: all mistakes at once. */
    static void check(EngineFlags engine, ClusterFlags cluster, KvFlags kv) {
        List<String> problems = new ArrayList<>();
        atLeast(problems, "--nodes", cluster.nodes(), 1);
        if (cluster.nodes() > 1 && cluster.media().join().isPresent()) {
            problems.add("--nodes starts nodes, --join uses a cluster that runs: give one of them");
        }
        unused(problems, engine, cluster);
        if (kv.memory().isPresent() && cluster.media().join().isPresent()) {
            problems.add("--kv-memory is for those who start nodes: with --join leave it out");
        }
        if (!engine.capacities().isEmpty() && engine.capacities().size() != cluster.nodes()) {
            problems.add("--capacity names " + engine.capacities().size() + " nodes, --nodes " + cluster.nodes()
                    + ": give one number per node");
        }
        check(problems, engine, kv);
    }

    /** What would be ignored is a mistake. */
    private static void unused(List<String> problems, EngineFlags engine, ClusterFlags cluster) {
        MediaFlags media = cluster.media();
        List<String> given = new ArrayList<>(media.givenOfTensors());
        cluster.http().ifPresent(_ -> given.add("--http"));
        cluster.tuning().crossover().ifPresent(_ -> given.add("--crossover"));
        if (media.join().isPresent()) {
            if (!engine.capacities().isEmpty()) {
                given.add("--capacity");
            }
            given.forEach(option -> problems.add(option + " is for those who start nodes: with --join leave it out"));
        } else if (cluster.nodes() == 1) {
            given.addAll(media.givenOfMembers());
            given.forEach(
                    option -> problems.add(option + " is for clusters: give --nodes N or --join, or leave it out"));
        } else if (media.survivors().isPresent()) {
            problems.add("--survivors: with --nodes the nodes end with the command: leave it out");
        }
    }

    /** Of a decode loop that has so many requests at work and as many more waiting and kept; 0: the usual numbers. */
    public static BatchingOptions batching(int sequences) {
        BatchingOptions usual = BatchingOptions.defaults();
        return sequences == 0
                ? usual
                : usual.withMaxSequences(sequences)
                        .withMaxWaiting(Math.max(sequences, usual.maxWaiting()))
                        .withMaxKept(Math.max(sequences, usual.maxKept()));
    }

    /** The same for a node of a cluster. */
    public static void checkNode(EngineFlags engine, KvFlags kv) {
        List<String> problems = new ArrayList<>();
        if (engine.capacities().size() > 1) {
            problems.add("--capacity names " + engine.capacities().size() + " nodes: this is one, give one number");
        }
        check(problems, engine, kv);
    }

    private static void check(List<String> problems, EngineFlags engine, KvFlags kv) {
        for (double capacity : engine.capacities()) {
            if (!(capacity > 0) || Double.isInfinite(capacity)) {
                problems.add("--capacity " + capacity + ": give a positive number");
            }
        }
        if (!kv.problem().isEmpty()) {
            problems.add(kv.problem());
        }
        atLeast(problems, "--threads", engine.threads(), 0);
        atLeast(problems, "--context", engine.context(), 0);
        atLeast(problems, "--chunk", engine.chunk(), 0);
        if (engine.chunk() > EngineOptions.MAX_CHUNK_ROWS) {
            problems.add("--chunk " + engine.chunk() + ": give at most " + EngineOptions.MAX_CHUNK_ROWS);
        }
        if (!problems.isEmpty()) {
            throw new UserError(String.join("; ", problems));
        }
        kvType(kv);
        kernels(engine);
    }

    static EngineOptions of(EngineFlags engine, ClusterFlags cluster, KvFlags kv, LlamaConfig config) {
        if (cluster.nodes() > config.nKvHeads()) {
            throw new UserError("--nodes " + cluster.nodes() + ": this model has " + config.nKvHeads()
                    + " KV heads and can be dealt out to at most as many nodes");
        }
        EngineOptions options = of(engine, kv, config, cluster.nodes());
        return engine.capacities().isEmpty() ? options : options.withCapacities(engine.capacities());
    }

    /** The same from the model's file. */
    static EngineOptions of(EngineFlags engine, ClusterFlags cluster, KvFlags kv, Path model) {
        try (LlamaModel opened = LlamaModel.open(model)) {
            return of(engine, cluster, kv, opened.config());
        } catch (GgufException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }

    /** Of one node of a cluster. */
    public static EngineOptions ofNode(EngineFlags engine, KvFlags kv, Path model) {
        try (LlamaModel opened = LlamaModel.open(model)) {
            return of(engine, kv, opened.config(), 1);
        } catch (GgufException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }

    private static EngineOptions of(EngineFlags engine, KvFlags kv, LlamaConfig config, int nodes) {
        int threads = engine.threads() > 0 ? engine.threads() : EngineOptions.defaultThreads(nodes);
        int context = engine.context() > 0 ? engine.context() : config.contextLength();
        EngineOptions options =
                EngineOptions.of(nodes, threads, context).withKvType(kvType(kv)).withKernels(kernels(engine));
        OptionalLong memory = kv.memory().isPresent() || nodes > 1 // nodes look for themselves what is free
                ? kv.memory()
                : OptionalLong.of(Math.max(ArenaOptions.DEFAULT_SLAB_BYTES, HostMemory.availableBytes() / 2));
        options = memory.isPresent() ? options.withKvLimitBytes(memory.getAsLong()) : options;
        return engine.chunk() > 0 ? options.withChunkRows(engine.chunk()) : options;
    }

    private static void atLeast(List<String> problems, String option, int value, int least) {
        if (value < least) {
            problems.add(option + " " + value + ": give at least 1");
        }
    }

    private static KvType kvType(KvFlags kv) {
        return switch (kv.type()) {
            case "f32" -> KvType.F32;
            case "bf16" -> KvType.BF16;
            default -> throw new UserError("--kv-type " + kv.type() + ": give f32 or bf16");
        };
    }

    private static KernelChoice kernels(EngineFlags engine) {
        for (KernelChoice choice : KernelChoice.values()) {
            if (choice.name().toLowerCase(Locale.ROOT).equals(engine.kernels())) {
                return choice;
            }
        }
        throw new UserError("--kernels " + engine.kernels() + ": give auto, scalar, vector128, vector256 or vector512");
    }
}
