/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.decode;

import io.headwater.deploy.cli.ClusterFlags;
import io.headwater.deploy.cli.EngineFlags;
import io.headwater.deploy.cli.KvFlags;
import io.headwater.deploy.cli.UserError;
import io.headwater.model.engine.EngineOptions;
import io.headwater.model.engine.KernelChoice;
import io.headwater.model.llama.LlamaConfig;
import io.headwater.tensors.kernels.KvType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Engine options from what the user wrote; what was left out comes from the model and the machine. */
final class EngineSettings {
    private EngineSettings() {}

    /** What can be said before the model is opened: all mistakes at once. */
    static void check(EngineFlags engine, ClusterFlags cluster, KvFlags kv) {
        List<String> problems = new ArrayList<>();
        atLeast(problems, "--nodes", cluster.nodes(), 1);
        atLeast(problems, "--threads", engine.threads(), 0);
        atLeast(problems, "--context", engine.context(), 0);
        atLeast(problems, "--chunk", engine.chunk(), 0);
        if (engine.chunk() > EngineOptions.MAX_CHUNK_ROWS) {
            problems.add("--chunk " + engine.chunk() + ": give at most " + EngineOptions.MAX_CHUNK_ROWS);
        }
        if (!kv.policy().equals("none")) {
            problems.add("--kv-policy " + kv.policy()
                    + ": so far only 'none' works; compression policies come with a later version");
        }
        if (!engine.capacities().isEmpty() && engine.capacities().size() != cluster.nodes()) {
            problems.add("--capacity names " + engine.capacities().size() + " nodes, --nodes " + cluster.nodes()
                    + ": give one number per node");
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
        int nodes = cluster.nodes();
        int threads = engine.threads() > 0 ? engine.threads() : EngineOptions.defaultThreads(nodes);
        int context = engine.context() > 0 ? engine.context() : config.contextLength();
        EngineOptions options =
                EngineOptions.of(nodes, threads, context).withKvType(kvType(kv)).withKernels(kernels(engine));
        if (engine.chunk() > 0) {
            options = options.withChunkRows(engine.chunk());
        }
        return engine.capacities().isEmpty() ? options : options.withCapacities(engine.capacities());
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
