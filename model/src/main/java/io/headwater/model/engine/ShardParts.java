/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.tensors.kernels.Kernels;

/** What a forward pass works with. */
record ShardParts(
        ShardGeometry geometry,
        ShardWeights weights,
        Embedding embedding,
        RopeTable rope,
        Kernels kernels,
        StepBuffers buffers,
        AttentionPhase attention,
        ColumnSumPhase columnSums,
        PeakPhase peaks,
        StagePhase stages,
        ChangePhase changes,
        CompressorMaker compressors,
        ShardTeam team,
        StepBatch batch,
        StepFault fault) {}
