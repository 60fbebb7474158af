/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.engine.EngineException;
import io.headwater.model.engine.EngineStatistics;
import io.headwater.model.engine.StepEngine;
import io.headwater.model.saved.CacheShelf;
import io.headwater.model.tokenizer.Tokenizer;
import java.time.Duration;
import java.util.Optional;

/** A decode loop on the calling thread, which works while it waits. The engine stays its owner's. */
public final class LocalDecodeClient implements DecodeClient {
    private static final Duration SAVING = Duration.ofSeconds(5);

    private final StepEngine engine;
    private final DecodeLoop loop;
    private final long epoch;
    private final int nodes;
    private final int threads;

    /**
     * A client of an engine that runs in this process.
     *
     * @param epoch of the engine's plan
     * @param nodes that share the model
     * @param threads of all nodes together
     */
    public LocalDecodeClient(
            StepEngine engine, Tokenizer tokenizer, BatchingOptions options, long epoch, int nodes, int threads) {
        this.engine = engine;
        this.loop = new DecodeLoop(engine, tokenizer, options);
        this.epoch = epoch;
        this.nodes = nodes;
        this.threads = threads;
    }

    /** Where caches of requests with {@code keep} go, and come back from; before the first request. */
    public void keepOn(CacheShelf shelf) {
        loop.keepOn(shelf);
    }

    @Override
    public void submit(DecodeRequest request, DecodeListener listener) {
        loop.submit(request, listener);
    }

    @Override
    public void cancel(long session) {
        loop.cancel(session);
    }

    @Override
    public void release(long session) {
        loop.release(session);
        loop.forget(session);
    }

    @Override
    public void park(long session) {
        loop.park(session);
    }

    /** Runs one step, however long it takes; does not wait if there is nothing to do: on this thread nothing could come. */
    @Override
    public boolean await(Duration timeout) {
        try {
            return loop.step();
        } catch (EngineException e) {
            loop.fail(String.valueOf(e.getMessage()));
            return true;
        }
    }

    /** Nothing to do: its {@link #await} works, it never waits. */
    @Override
    public void wake() {}

    @Override
    public ClientFigures figures() {
        EngineStatistics done = engine.statistics();
        return new ClientFigures(
                epoch,
                nodes,
                threads,
                done.kernels(),
                done.weightBytes(),
                done.steps(),
                done.rows(),
                done.stepNanos(),
                done.exchangeNanos(),
                done.exchangeBytes());
    }

    @Override
    public Optional<KvHeld> kvHeld() {
        return Optional.of(loop.kvHeld());
    }

    /** Frees all caches; for some seconds they go to the shelf first. */
    @Override
    public void close() {
        long start = System.nanoTime();
        loop.parkAll(() -> System.nanoTime() - start > SAVING.toNanos());
        loop.close();
    }
}
