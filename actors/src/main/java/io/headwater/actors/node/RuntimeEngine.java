/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.node;

import io.headwater.actors.decode.DecodeWork;
import io.headwater.actors.plan.NodeFigures;
import io.headwater.actors.shard.NodeEngine;
import io.headwater.cluster.runtime.DecodeFigures;
import io.headwater.cluster.runtime.DecodeThread;
import io.headwater.cluster.runtime.ShardFigures;
import io.headwater.cluster.runtime.ShardRuntime;
import io.headwater.model.decoding.BatchingOptions;
import io.headwater.model.decoding.DecodeListener;
import io.headwater.model.decoding.DecodeRequest;
import io.headwater.model.tokenizer.Tokenizer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A started runtime, as the head shard and the decoder see it. Any thread. */
final class RuntimeEngine implements NodeEngine {
    private final ShardRuntime runtime;
    private final Supplier<CompletableFuture<Void>> close;
    private final MemoryWatch memory;
    private @Nullable CompletableFuture<Void> closing;
    private long rowsBefore;
    private long nanosBefore;
    private double mostRowsPerSecond;

    RuntimeEngine(ShardRuntime runtime, MemoryWatch memory, Supplier<CompletableFuture<Void>> close) {
        this.runtime = runtime;
        this.memory = memory;
        this.close = close;
    }

    @Override
    public long epoch() {
        return runtime.epoch();
    }

    @Override
    public String kernels() {
        return runtime.figures().map(ShardFigures::kernels).orElse("");
    }

    @Override
    public long weightBytes() {
        return runtime.figures().map(ShardFigures::weightBytes).orElse(0L);
    }

    @Override
    public NodeFigures figures() {
        return runtime.figures().map(this::figures).orElse(NodeFigures.NONE);
    }

    private NodeFigures figures(ShardFigures shard) {
        HostMemory.Sample now = memory.last();
        DecodeFigures loop = runtime.decodeFigures().orElse(DecodeFigures.NONE);
        return new NodeFigures(
                shard.weightBytes(),
                shard.weightBytes(),
                shard.kernels(),
                shard.weightBytes(),
                shard.kvBytes(),
                shard.kvLimitBytes(),
                now.residentBytes(),
                now.availableBytes(),
                loop.running(),
                loop.waiting(),
                loop.runningTokens(),
                loop.shrunk().count(),
                loop.shrunk().leastBudget(),
                rowsPerSecond(shard.rows(), shard.stepNanos()),
                loop.tokensPerSecond(),
                shard.exchange().p50Micros(),
                shard.exchange().p99Micros(),
                shard.exchange().sentBytes(),
                Map.of("exchange", shard.exchange().dropped()));
    }

    /** The best rate between two looks: that of prompts, once there was one. */
    private synchronized double rowsPerSecond(long rows, long nanos) {
        if (nanos > nanosBefore) {
            mostRowsPerSecond = Math.max(mostRowsPerSecond, (rows - rowsBefore) * 1e9 / (nanos - nanosBefore));
        }
        rowsBefore = rows;
        nanosBefore = nanos;
        return mostRowsPerSecond;
    }

    /** Starts the decode loop; once, on the leader. */
    DecodeWork lead(Tokenizer tokenizer, BatchingOptions batching) {
        return new Loop(runtime.lead(tokenizer, batching), runtime);
    }

    @Override
    public synchronized CompletionStage<Void> close() {
        if (closing == null) {
            closing = close.get();
        }
        return closing;
    }

    private record Loop(DecodeThread thread, ShardRuntime runtime) implements DecodeWork {
        @Override
        public void submit(DecodeRequest request, DecodeListener listener) {
            thread.submit(request, listener);
        }

        @Override
        public boolean cancel(long session) {
            return thread.cancel(session);
        }

        @Override
        public boolean release(long session) {
            return thread.release(session);
        }

        @Override
        public boolean park(long session, Runnable done) {
            return thread.park(session, done);
        }

        @Override
        public boolean forget(long name) {
            return thread.forget(name);
        }

        @Override
        public LoopFigures figures() {
            return runtime.figures()
                    .map(shard -> new LoopFigures(
                            shard.steps(),
                            shard.rows(),
                            shard.stepNanos(),
                            shard.exchangeNanos(),
                            shard.exchange().sentBytes()))
                    .orElse(LoopFigures.NONE);
        }
    }
}
