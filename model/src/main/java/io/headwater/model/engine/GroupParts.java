/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.model.llama.LlamaConfig;
import io.headwater.model.shard.ShardPlan;
import io.headwater.tensors.memory.NodeMemory;
import java.util.List;

/** What a group is made of. */
record GroupParts(
        LlamaConfig config,
        ShardPlan plan,
        List<ShardEngine> engines,
        NodeMemory memory,
        WorkerThreads threads,
        StepBatch batch,
        StepFault fault,
        int contextLength,
        String kernels) {}
