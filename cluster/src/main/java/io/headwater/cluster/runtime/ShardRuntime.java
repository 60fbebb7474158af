/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import io.headwater.cluster.media.Media;
import io.headwater.cluster.runtime.RuntimeFault.EngineBroken;
import io.headwater.model.decoding.BatchingOptions;
import io.headwater.model.engine.EngineGroup;
import io.headwater.model.engine.EngineStatistics;
import io.headwater.model.engine.LoadListener;
import io.headwater.model.saved.CacheShelf;
import io.headwater.model.saved.NoShelf;
import io.headwater.model.tokenizer.Tokenizer;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.agrona.concurrent.SystemNanoClock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node's engine in one epoch: loaded, warm, connected to the plan's other nodes, then following the leader's steps, or leading. Once a
 * fault has been told it does nothing more and waits to be closed.
 *
 * <p>{@link #start} and {@link #close} block and belong on a loader thread; {@link #cancel} and figures may be called from anywhere.
 */
public final class ShardRuntime implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ShardRuntime.class);

    /** Between the exchange's end and the report of why. */
    private static final long FAULT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final RuntimeOptions options;
    private final RuntimeStart starting;
    private final FaultReport faults;
    private final LateExchange exchange = new LateExchange();
    private final AtomicBoolean begun = new AtomicBoolean();
    private final CountDownLatch startEnded = new CountDownLatch(1);
    /** Held while closing waits; {@code this} is held for moments only. */
    private final ReentrantLock stopping = new ReentrantLock();

    private volatile @Nullable EngineGroup group;
    private volatile @Nullable Peers peers;
    private volatile @Nullable LeaderEngine leader;
    private volatile @Nullable Follower follower;
    private volatile @Nullable DecodeThread decoding;
    private volatile @Nullable EngineThread thread;
    private volatile @Nullable EngineWatch watch;
    private volatile CacheShelf shelf = NoShelf.NONE;
    private final AtomicLong filed = new AtomicLong();
    private volatile boolean serves;
    /** Whether the engine thread is given up as soon as it can be: a file that it writes or reads is left. */
    private volatile boolean leaving;

    private boolean closed;
    private @Nullable CloseException hangs;

    /**
     * Does nothing yet.
     *
     * @param media lent; null for a plan of one shard, which sends nothing
     * @param progress told from loading threads
     * @param faults told at most once; never while {@link #start} still can say it with an exception
     */
    public ShardRuntime(RuntimeOptions options, @Nullable Media media, LoadListener progress, FaultListener faults) {
        if (media == null && !options.alone()) {
            throw new IllegalArgumentException(
                    "no media for a plan of " + options.nodes().size() + " shards: only one alone needs none");
        }
        this.options = options;
        this.faults = new FaultReport(options.plan().epoch(), faults);
        this.starting = new RuntimeStart(options, media, progress, exchange, this.faults);
    }

    /**
     * Loads the shard, warms it up, then connects to the other nodes, which may take as long as the slowest of them loads. Afterwards a follower
     * follows; a leader waits for {@link #lead}.
     *
     * @throws StartException if it did not come to that; the runtime has freed everything and only needs to be closed
     */
    public void start() throws StartException {
        if (!begun.compareAndSet(false, true)) {
            starting.checkNotCancelled(); // closed before it began
            throw new IllegalStateException("a runtime starts once");
        }
        boolean started = false;
        try {
            EngineGroup loaded = starting.load();
            group = loaded;
            starting.warmUp(loaded);
            NodeShelf files = NodeShelf.open(options.shelf(), loaded, this::atFile);
            Peers found = starting.connect();
            peers = found;
            @Nullable KvConsent consent = starting.meet(loaded, found, files);
            if (options.leads()) {
                LeaderEngine leads = new LeaderEngine(loaded, found.sender(), consent);
                leader = leads;
                shelf = ClusterShelf.of(leads, files, consent);
            } else {
                follow(loaded, found, Objects.requireNonNull(consent), files);
            }
            starting.checkNotCancelled();
            serves = true;
            started = true;
        } finally {
            if (!started) {
                freeFailedStart();
            }
            startEnded.countDown();
        }
    }

    /** The exception of the start says more than that of closing, which {@link #close} throws again. */
    private void freeFailedStart() {
        try {
            stopAndFree("the start failed");
        } catch (CloseException e) {
            LOG.error("{}", e.getMessage());
        }
    }

    /** On the engine thread, again and again while a cache's file is written or read: nobody takes this node for one that hangs; a plan's end does not wait. */
    private void atFile() throws IOException {
        if (leaving) {
            throw new IOException("the plan has ended meanwhile");
        }
        filed.setRelease(filed.getPlain() + 1);
        exchange.gettingOn();
    }

    private void follow(EngineGroup loaded, Peers found, KvConsent consent, NodeShelf files) {
        Follower following = new Follower(loaded, found.receiver(), consent, files);
        follower = following;
        startThread("follower", following::run);
    }

    private void startThread(String name, EngineThread.Program program) {
        EngineThread started =
                new EngineThread(name + "-" + options.shard() + "-epoch-" + options.epoch(), program, this::broken);
        thread = started;
        started.start();
    }

    /** On the engine thread. Where a stream has ended under it, the pulse thread, which knows which peer is lost, says so within moments. */
    private void broken(String reason, Throwable cause) {
        LOG.debug("epoch {} shard {}: {}", options.epoch(), options.shard(), reason, cause);
        faults.await(FAULT_NANOS);
        faults.report(new EngineBroken("epoch " + options.epoch() + " shard " + options.shard() + ": " + reason));
        exchange.abort(reason);
    }

    /**
     * Starts the decode loop on the leader's engine thread; once, after {@link #start}.
     *
     * @throws IllegalStateException on a follower, twice, or before the start
     */
    public synchronized DecodeThread lead(Tokenizer tokenizer, BatchingOptions batching) {
        LeaderEngine engine = leader;
        if (engine == null || !serves || decoding != null || closed) {
            throw new IllegalStateException("epoch " + options.epoch() + " shard " + options.shard()
                    + " cannot lead: it follows, leads already, or does not run");
        }
        DecodeThread led = new DecodeThread(engine, tokenizer, batching, shelf);
        decoding = led;
        startThread("leader", led::run);
        watch(led);
        return led;
    }

    private void watch(DecodeThread led) {
        EngineWatch started = new EngineWatch(
                "watch-epoch-" + options.epoch(),
                () -> led.rounds() + filed.getAcquire(),
                led::inStep,
                options.limits().hungAfter().toNanos(),
                () -> stuck(led),
                SystemNanoClock.INSTANCE);
        watch = started;
        started.start();
    }

    /** On the watch's thread. */
    private void stuck(DecodeThread led) {
        String reason = "the leader's decode loop has not come round for "
                + options.limits().hungAfter().toMillis()
                + " ms: a listener or a sampler hangs, at " + led.figures().running() + " requests";
        faults.report(new EngineBroken("epoch " + options.epoch() + " shard " + options.shard() + ": " + reason));
        exchange.abort(reason);
    }

    public long epoch() {
        return options.plan().epoch();
    }

    /** What the leader's decode loop does; empty where nobody leads. */
    public Optional<DecodeFigures> decodeFigures() {
        DecodeThread led = decoding;
        return led == null ? Optional.empty() : Optional.of(led.figures());
    }

    /** What this node does; empty before the start has ended and after closing. Any thread. */
    public Optional<ShardFigures> figures() {
        EngineGroup engines = group;
        Peers found = peers;
        if (!serves || engines == null || found == null) {
            return Optional.empty();
        }
        EngineStatistics done = engines.statistics();
        LeaderEngine leads = leader;
        Follower follows = follower;
        return Optional.of(new ShardFigures(
                epoch(),
                options.shard(),
                options.nodes().size(),
                options.plan().shards().get(options.shard()),
                done.weightBytes(),
                engines.kvBytes(),
                options.engine().kvLimitBytes(),
                leads != null ? leads.sequences() : follows != null ? follows.sequences() : 0,
                done.steps(),
                done.rows(),
                done.stepNanos(),
                done.exchangeNanos(),
                found.figures(),
                done.kernels()));
    }

    /**
     * Makes a start give up soon: loading with the next tensor, connecting within a millisecond. A runtime that has started goes on. Any thread;
     * does not wait, and interrupts nobody.
     */
    public void cancel() {
        starting.cancel();
    }

    /**
     * Stops the engine between two steps if it comes to that soon, in the middle of one otherwise, and frees all memory. At any time, also while
     * another thread is in {@link #start}; a second call does nothing more. Takes {@link RuntimeLimits#leaveTimeout} and some seconds at most.
     *
     * @throws CloseException if the engine hangs, so that its memory cannot be freed, each time it is called; or if a start has not ended, which
     *     frees what it has made when it does. The peers have heard of it in any case.
     */
    @Override
    public void close() {
        faults.close();
        cancel();
        if (begun.compareAndSet(false, true)) {
            startEnded.countDown();
        }
        if (!Uninterrupted.await(
                startEnded,
                options.limits()
                        .leaveTimeout()
                        .toNanos())) { // whoever starts frees what was made: it looks whether it was cancelled when it
            // ends
            throw new CloseException(name() + ": the start did not end within "
                    + options.limits().leaveTimeout().toMillis() + " ms; it frees what it holds when it does");
        }
        stopAndFree("the runtime was closed");
    }

    private String name() {
        return "epoch " + options.epoch() + " shard " + options.shard();
    }

    private void stopAndFree(String reason) {
        stopping.lock();
        try {
            if (toBeClosed()) {
                stopAll(reason);
            }
            if (hangs != null) {
                throw hangs;
            }
        } finally {
            stopping.unlock();
        }
    }

    /** True once; from then on nobody leads. */
    private synchronized boolean toBeClosed() {
        boolean first = !closed;
        closed = true;
        serves = false;
        return first;
    }

    private void stopAll(String reason) {
        EngineWatch watching = watch;
        if (watching != null) {
            watching.stop();
        }
        EngineGroup engines = group;
        if (stopThread(reason)) {
            free();
        } else {
            closePeers();
            hangs = new CloseException(
                    name() + ": the engine thread hangs, its memory is never freed: restart the process");
        }
        if (hangs == null && engines != null && engines.hung()) {
            hangs = new CloseException(
                    name() + ": a worker of the engine hangs, its memory is never freed: restart the process");
        }
    }

    private void closePeers() {
        Peers found = peers;
        if (found != null) {
            found.close();
        }
    }

    /** Returns whether the engine thread has ended. */
    private boolean stopThread(String reason) {
        EngineThread running = thread;
        if (running == null) {
            return true;
        }
        running.askToStop();
        DecodeThread led = decoding;
        if (led != null) {
            led.wake();
        }
        long polite =
                faults.first().isPresent() ? 0 : options.limits().stopTimeout().toNanos();
        if (running.join(polite)) {
            return true;
        }
        leaving = true;
        exchange.abort(reason);
        return running.join(options.limits().leaveTimeout().toNanos());
    }

    /** In reverse order of making; each even if another throws. */
    private void free() {
        EngineGroup engines = group;
        Peers found = peers;
        DecodeThread led = decoding;
        Follower follows = follower;
        try (AutoCloseableResource _ = engines == null ? () -> {} : engines::close;
                AutoCloseableResource _ = found == null ? () -> {} : found::close;
                AutoCloseableResource _ = led == null ? () -> {} : led::close;
                AutoCloseableResource _ = follows == null ? () -> {} : follows::close) {
            LOG.debug("epoch {} shard {}: stopped", options.epoch(), options.shard());
        }
        group = null;
    }

    /** Whether there is an engine whose memory is not freed. */
    boolean holdsEngine() {
        return group != null;
    }

    /** Something to close that throws nothing that must be caught. */
    @FunctionalInterface
    private interface AutoCloseableResource extends AutoCloseable {
        @Override
        void close();
    }
}
