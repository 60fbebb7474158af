/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.model.kvcache.HeadsShape;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.kvcache.SequenceCache;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.memory.BlockArena;
import io.headwater.tensors.memory.WeightMemory;
import java.util.List;

/** One shard: its weights, its KV arena, and the program that its workers run for every step. */
final class ShardEngine implements StepProgram, AutoCloseable {
    private final ShardParts parts;
    private final ForwardPass pass;
    private final WorkerScratch[] scratch;
    private final KvLayout layout;
    private final int contextLength;
    private final BlockArena arena;
    private final WeightMemory weightMemory;

    ShardEngine(ShardParts parts, KvLayout layout, int contextLength, BlockArena arena, WeightMemory weightMemory) {
        this.parts = parts;
        this.pass = new ForwardPass(parts);
        this.layout = layout;
        this.contextLength = contextLength;
        this.arena = arena;
        this.weightMemory = weightMemory;
        this.scratch = new WorkerScratch[parts.team().workers()];
        int queryRows =
                AttentionPhase.queryRowsPerWorker(parts.geometry().config().groupSize());
        for (int worker = 0; worker < scratch.length; worker++) {
            scratch[worker] = new WorkerScratch(
                    parts.buffers(), layout, queryRows, contextLength, new WorkerCompressors(parts.compressors()));
        }
    }

    @Override
    public void run(int worker) throws ExchangeException {
        pass.run(worker, scratch[worker]);
    }

    @Override
    public void abort(String reason) {
        parts.team().abort(reason);
    }

    SequenceCache open(String name, KvOptions options) {
        return new SequenceCache(arena, arena.open(name, Long.MAX_VALUE), shape(), options, contextLength);
    }

    private HeadsShape shape() {
        ShardGeometry geometry = parts.geometry();
        return new HeadsShape(
                layout,
                geometry.config().nLayers(),
                geometry.kvHeads(),
                geometry.config().groupSize());
    }

    /** What a sequence with so many entries in each head is charged here at least. */
    long leastKvBytes(int entries) {
        return shape().leastBytes(entries);
    }

    /** KV memory that sequences hold. */
    long kvUsedBytes() {
        return arena.usedBytes();
    }

    /** Most KV memory. */
    long kvLimitBytes() {
        return arena.limitBytes();
    }

    /** Between two steps. */
    void probe(LayerProbe probe) {
        pass.probe(probe);
    }

    /** Time that worker 0 has spent on what policies ask. */
    long compressionNanos() {
        return pass.columnSumNanos() + pass.changeNanos();
    }

    long columnSumNanos() {
        return pass.columnSumNanos();
    }

    int firstKvHead() {
        return parts.geometry().firstKvHead();
    }

    int kvHeads() {
        return parts.geometry().kvHeads();
    }

    StepBuffers buffers() {
        return parts.buffers();
    }

    ShardTeam team() {
        return parts.team();
    }

    long weightBytes() {
        return parts.weights().byteSize();
    }

    /** Of the system, with what is left over at the end of each region. */
    long weightMemoryBytes() {
        return weightMemory.chargedBytes();
    }

    @Override
    public void close() {
        Closing.reversed(List.of(weightMemory::close, arena::close));
    }
}
