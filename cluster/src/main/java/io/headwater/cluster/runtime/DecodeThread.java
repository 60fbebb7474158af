/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import io.headwater.model.decoding.BatchingOptions;
import io.headwater.model.decoding.DecodeEvent;
import io.headwater.model.decoding.DecodeEvent.Failure;
import io.headwater.model.decoding.DecodeListener;
import io.headwater.model.decoding.DecodeLoop;
import io.headwater.model.decoding.DecodeRequest;
import io.headwater.model.engine.EngineException;
import io.headwater.model.saved.CacheShelf;
import io.headwater.model.tokenizer.Tokenizer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The leader's decode loop on its engine thread. Any thread may call; listeners are told on the engine thread and must be quick.
 *
 * <p>When the epoch ends, by a fault or by closing, listeners hear nothing more, and neither does who comes later: the requests have not failed,
 * they are handed in again to the next epoch's leader with the tokens that were told.
 */
public final class DecodeThread {
    /** Requests that may wait for the end of one step. */
    static final int QUEUE_REQUESTS = 1024;

    /** A wake-up lost to nobody: commands end the wait at once. */
    private static final long IDLE_MILLIS = 100;

    /** How old figures may be while steps run. */
    private static final long COUNT_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private static final DecodeCommand WAKE = new DecodeCommand.Wake();

    /** Beyond the requests there is room for two orders about each. */
    private final ArrayBlockingQueue<DecodeCommand> queue = new ArrayBlockingQueue<>(3 * QUEUE_REQUESTS);

    private final LeaderEngine engine;
    private final DecodeLoop loop;
    private final TokenRate rate = new TokenRate(System.nanoTime());
    private volatile DecodeFigures counted = DecodeFigures.NONE;
    private volatile boolean ended;
    private long countedNanos = System.nanoTime();
    private final AtomicLong rounds = new AtomicLong();

    DecodeThread(LeaderEngine engine, Tokenizer tokenizer, BatchingOptions options, CacheShelf shelf) {
        this.engine = engine;
        this.loop = new DecodeLoop(engine, tokenizer, options);
        loop.keepOn(shelf);
    }

    /** Takes a request up; with too many waiting its listener hears at once, on this thread, that there is no room. */
    public void submit(DecodeRequest request, DecodeListener listener) {
        if (ended) {
            return;
        }
        if (queue.size() >= QUEUE_REQUESTS || !queue.offer(new DecodeCommand.Submit(request, listener))) {
            listener.on(new DecodeEvent.Failed(
                    Failure.FULL, QUEUE_REQUESTS + " requests wait for the next step: try again in a moment"));
        }
    }

    /** Ends a session's request between two steps; false if there is no room for the command now: try again. */
    public boolean cancel(long session) {
        return ended || queue.offer(new DecodeCommand.Cancel(session));
    }

    /** Frees a session's cache, what is on the shelf stays there; false if there is no room for the command now: try again. */
    public boolean release(long session) {
        return ended || queue.offer(new DecodeCommand.Release(session));
    }

    /**
     * A session's cache leaves the memory for the shelf; false if there is no room for the command now: try again.
     *
     * @param done told on the engine thread, quick; never if the epoch ends before
     */
    public boolean park(long session, Runnable done) {
        return ended || queue.offer(new DecodeCommand.Park(session, done));
    }

    /** What the shelf has of a session that is known there by this is not wanted any more; false if there is no room for the command now: try again. */
    public boolean forget(long name) {
        return ended || queue.offer(new DecodeCommand.Forget(name));
    }

    /** What it does; all but the tokens may be some steps old. */
    public DecodeFigures figures() {
        DecodeFigures now = counted;
        return new DecodeFigures(
                now.running(),
                now.waiting(),
                now.runningTokens(),
                now.shrunk(),
                rate.total(),
                rate.perSecond(System.nanoTime()));
    }

    /** The engine thread's program. */
    void run(EngineThread thread) throws EngineException {
        while (!thread.stopping()) {
            rounds.setRelease(rounds.getPlain() + 1);
            takeCommands();
            if (!step()) {
                engine.tellCloses();
                count();
                await();
            } else if (System.nanoTime() - countedNanos > COUNT_NANOS) {
                count();
            }
        }
    }

    /** Grows as long as the thread comes round, at work or not. Any thread. */
    long rounds() {
        return rounds.getAcquire();
    }

    /** Whether it is in a step of the engine now. Any thread. */
    boolean inStep() {
        return engine.running();
    }

    /** Ends a wait for commands. */
    void wake() {
        queue.offer(WAKE); // a full queue keeps nobody waiting
    }

    /** After the engine thread's end: frees all caches. */
    void close() {
        ended = true;
        loop.close();
        queue.clear();
    }

    private boolean step() throws EngineException {
        try {
            return loop.step();
        } catch (EngineException e) {
            if (engine.broken()) {
                throw e;
            }
            loop.fail(String.valueOf(e.getMessage())); // a damaged model or a refused step: the same again elsewhere
            return true;
        }
    }

    /** Those that are there now: who comes meanwhile waits for the end of the next step. */
    private void takeCommands() {
        for (int left = queue.size(); left > 0; left--) {
            DecodeCommand command = queue.poll();
            if (command != null) {
                take(command);
            }
        }
    }

    private void await() {
        try {
            DecodeCommand command = queue.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
            if (command != null) {
                take(command);
            }
        } catch (InterruptedException e) {
            // nobody else ends this thread: the flag stays cleared, and whoever wants it to stop says so
        }
    }

    private void take(DecodeCommand command) {
        switch (command) {
            case DecodeCommand.Submit(DecodeRequest request, DecodeListener listener) ->
                loop.submit(request, event -> tell(listener, event));
            case DecodeCommand.Cancel(long session) -> loop.cancel(session);
            case DecodeCommand.Release(long session) -> loop.release(session);
            case DecodeCommand.Park(long session, Runnable done) -> {
                loop.park(session);
                done.run();
            }
            case DecodeCommand.Forget(long name) -> loop.forget(name);
            case DecodeCommand.Wake() -> {}
        }
    }

    private void tell(DecodeListener listener, DecodeEvent event) {
        switch (event) {
            case DecodeEvent.Token _ -> rate.count(System.nanoTime());
            case DecodeEvent.Ended _,
                    DecodeEvent.Prefilled _,
                    DecodeEvent.Scored _,
                    DecodeEvent.BudgetChanged _,
                    DecodeEvent.Failed _ -> {}
        }
        listener.on(event);
    }

    private void count() {
        counted = new DecodeFigures(loop.running(), loop.waiting(), loop.runningTokens(), loop.shrunk(), 0, 0);
        countedNanos = System.nanoTime();
    }
}
