/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.tensors.kernels.KvType;
import java.util.Collections;
import java.util.List;

/**
 * How a model is run.
 *
 * @param capacities one per node: units are dealt out in proportion
 * @param threadsPerNode workers of each engine
 * @param contextLength positions that a sequence may have, at most the model's
 * @param chunkRows most rows of one step: longer prompts are cut, which changes no bit; large models get fewer
 * @param logitsRows most rows of one step that give logits, likewise; each takes a vocabulary of memory
 * @param kvLimitBytes most KV memory of each engine
 */
public record EngineOptions(
        List<Double> capacities,
        int threadsPerNode,
        int contextLength,
        KvType kvType,
        KernelChoice kernels,
        int chunkRows,
        int logitsRows,
        long kvLimitBytes) {
    public static final int DEFAULT_CHUNK_ROWS = 128;
    public static final int DEFAULT_LOGITS_ROWS = 32;
    public static final int MAX_CHUNK_ROWS = 1 << 16;
    public static final long DEFAULT_KV_LIMIT_BYTES = 1L << 40;

    public EngineOptions {
        capacities = List.copyOf(capacities);
        if (capacities.isEmpty()) {
            throw new IllegalArgumentException("nodes=0: at least 1");
        }
        if (chunkRows > MAX_CHUNK_ROWS || kvLimitBytes < 1) {
            throw new IllegalArgumentException("chunkRows=" + chunkRows + " kvLimitBytes=" + kvLimitBytes
                    + ": give at most " + MAX_CHUNK_ROWS + " rows and at least 1 byte");
        }
        if (threadsPerNode < 1 || contextLength < 1 || chunkRows < 1 || logitsRows < 1) {
            throw new IllegalArgumentException("threadsPerNode=" + threadsPerNode + " contextLength=" + contextLength
                    + " chunkRows=" + chunkRows + " logitsRows=" + logitsRows + ": each at least 1");
        }
    }

    /** Equal nodes, bf16 cache, the best kernels, and as many threads as the host has cores for. */
    public static EngineOptions of(int nodes, int threadsPerNode, int contextLength) {
        return new EngineOptions(
                Collections.nCopies(nodes, 1.0),
                threadsPerNode,
                contextLength,
                KvType.BF16,
                KernelChoice.AUTO,
                DEFAULT_CHUNK_ROWS,
                DEFAULT_LOGITS_ROWS,
                DEFAULT_KV_LIMIT_BYTES);
    }

    /** Workers per node that fill this host's cores. */
    public static int defaultThreads(int nodes) {
        return Math.max(1, Runtime.getRuntime().availableProcessors() / nodes);
    }

    public int nodes() {
        return capacities.size();
    }

    public EngineOptions withKvType(KvType type) {
        return new EngineOptions(
                capacities, threadsPerNode, contextLength, type, kernels, chunkRows, logitsRows, kvLimitBytes);
    }

    public EngineOptions withKernels(KernelChoice choice) {
        return new EngineOptions(
                capacities, threadsPerNode, contextLength, kvType, choice, chunkRows, logitsRows, kvLimitBytes);
    }

    public EngineOptions withChunkRows(int rows) {
        return new EngineOptions(
                capacities, threadsPerNode, contextLength, kvType, kernels, rows, logitsRows, kvLimitBytes);
    }

    public EngineOptions withLogitsRows(int rows) {
        return new EngineOptions(
                capacities, threadsPerNode, contextLength, kvType, kernels, chunkRows, rows, kvLimitBytes);
    }

    public EngineOptions withCapacities(List<Double> nodes) {
        return new EngineOptions(
                nodes, threadsPerNode, contextLength, kvType, kernels, chunkRows, logitsRows, kvLimitBytes);
    }

    public EngineOptions withKvLimitBytes(long bytes) {
        return new EngineOptions(
                capacities, threadsPerNode, contextLength, kvType, kernels, chunkRows, logitsRows, bytes);
    }
}
