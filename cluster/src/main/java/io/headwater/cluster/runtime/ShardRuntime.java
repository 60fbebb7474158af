/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import io.headwater.cluster.media.Media;
import io.headwater.cluster.runtime.RuntimeFault.EngineBroken;
import io.headwater.cluster.runtime.StartException.Reason;
import io.headwater.model.decoding.BatchingOptions;
import io.headwater.model.engine.EngineException;
import io.headwater.model.engine.EngineGroup;
import io.headwater.model.engine.EngineStatistics;
import io.headwater.model.engine.ExchangeException;
import io.headwater.model.engine.LoadListener;
import io.headwater.model.tokenizer.Tokenizer;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
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

    /** For an engine thread to leave a step that was broken off: its workers leave at the next barrier. */
    private static final long LEAVE_NANOS = TimeUnit.SECONDS.toNanos(15);

    /** Between the exchange's end and the report of why. */
    private static final long FAULT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** For a start that was cancelled: loading gives up with the next tensor, connecting at once. */
    private static final long START_ENDS_SECONDS = 30;

    private final RuntimeOptions options;
    private final @Nullable Media media;
    private final LoadListener progress;
    private final FaultReport faults;
    private final LateExchange exchange = new LateExchange();
    private final AtomicBoolean begun = new AtomicBoolean();
    private final CountDownLatch startEnded = new CountDownLatch(1);
    private final AtomicReference<@Nullable Thread> connecting = new AtomicReference<>();
    private volatile boolean cancelled;
    private volatile @Nullable EngineGroup group;
    private volatile @Nullable Peers peers;
    private volatile @Nullable LeaderEngine leader;
    private volatile @Nullable Follower follower;
    private volatile @Nullable DecodeThread decoding;
    private volatile @Nullable EngineThread thread;
    private volatile boolean serves;
    private boolean closed;

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
        this.media = media;
        this.progress = progress;
        this.faults = new FaultReport(options.plan().epoch(), faults);
    }

    /**
     * Loads the shard, warms it up, then connects to the other nodes, which may take as long as the slowest of them loads. Afterwards a follower
     * follows; a leader waits for {@link #lead}.
     *
     * @throws StartException if it did not come to that; the runtime has freed everything and only needs to be closed
     */
    public void start() throws StartException {
        if (!begun.compareAndSet(false, true)) {
            checkNotCancelled(); // closed before it began
            throw new IllegalStateException("a runtime starts once");
        }
        boolean started = false;
        try {
            EngineGroup loaded = load();
            group = loaded;
            warmUp(loaded);
            Peers found = connect();
            peers = found;
            if (options.leads()) {
                leader = new LeaderEngine(loaded, found.sender());
            } else {
                follow(loaded, found);
            }
            checkNotCancelled();
            serves = true;
            started = true;
        } finally {
            if (!started) {
                stopAndFree("the start failed");
            }
            startEnded.countDown();
        }
    }

    private EngineGroup load() throws StartException {
        checkNotCancelled();
        try {
            return EngineGroup.startShard(
                    options.model(), options.engine(), options.plan(), options.shard(), exchange, this::loaded);
        } catch (EngineException e) {
            throw failed(Reason.LOAD, e);
        }
    }

    /** On a loading thread. */
    private void loaded(long done, long total) {
        if (cancelled) {
            throw new IllegalStateException("loading was cancelled");
        }
        progress.loaded(done, total);
    }

    private void warmUp(EngineGroup loaded) throws StartException {
        checkNotCancelled();
        try {
            loaded.warmUp(options.limits().warmUpLimit());
        } catch (EngineException e) {
            throw failed(Reason.LOAD, e);
        }
    }

    private Peers connect() throws StartException {
        try {
            Media plane = media;
            if (plane == null || options.alone()) {
                return Peers.none(options);
            }
            interruptible(true);
            Peers found = Peers.connect(plane, options, faults);
            found.exchange().ifPresent(exchange::connect);
            return found;
        } catch (ExchangeException | RuntimeException e) { // Aeron's are of the second kind
            throw failed(Reason.CONNECT, e);
        } finally {
            interruptible(false);
        }
    }

    /** From here to there {@link #cancel} interrupts the thread. */
    private void interruptible(boolean now) throws StartException {
        synchronized (connecting) {
            if (now) {
                checkNotCancelled();
            }
            boolean interrupted = connecting.getAndSet(now ? Thread.currentThread() : null) != null && cancelled;
            if (interrupted && Thread.interrupted()) {
                LOG.debug("epoch {}: connecting was cancelled", options.epoch());
            }
        }
    }

    private StartException failed(Reason reason, Exception e) {
        return new StartException(cancelled ? Reason.CANCELLED : reason, String.valueOf(e.getMessage()), e);
    }

    private void checkNotCancelled() throws StartException {
        if (cancelled) {
            throw new StartException(Reason.CANCELLED, "the start of epoch " + options.epoch() + " was cancelled");
        }
    }

    private void follow(EngineGroup loaded, Peers found) {
        Follower following = new Follower(loaded, found.receiver());
        follower = following;
        startThread("follower", following::run);
    }

    private void startThread(String name, EngineThread.Program program) {
        EngineThread started =
                new EngineThread(name + "-" + options.shard() + "-epoch-" + options.epoch(), program, this::broken);
        thread = started;
        started.start();
    }

    /** On the engine thread. If a peer's loss is the cause, the pulse thread, which has broken the exchange, is just about to say so. */
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
        DecodeThread led = new DecodeThread(engine, tokenizer, batching);
        decoding = led;
        startThread("leader", led::run);
        return led;
    }

    public long epoch() {
        return options.plan().epoch();
    }

    public boolean leads() {
        return options.leads();
    }

    /** The first fault that was told. */
    public Optional<RuntimeFault> fault() {
        return faults.first();
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

    /** Makes a start give up soon; a runtime that has started goes on. Any thread; does not wait. */
    public void cancel() {
        synchronized (connecting) {
            cancelled = true;
            Thread connects = connecting.get();
            if (connects != null) {
                connects.interrupt();
            }
        }
    }

    /**
     * Stops the engine between two steps if it comes to that soon, in the middle of one otherwise, and frees all memory, unless a worker hangs.
     * At any time, also while another thread is in {@link #start}; a second call does nothing. Takes seconds at most.
     */
    @Override
    public void close() {
        faults.close();
        cancel();
        if (begun.compareAndSet(false, true)) {
            startEnded.countDown();
        }
        awaitStart();
        stopAndFree("the runtime was closed");
    }

    private void awaitStart() {
        boolean interrupted = false;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_ENDS_SECONDS);
        while (startEnded.getCount() > 0 && deadline - System.nanoTime() > 0) {
            try {
                if (!startEnded.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    LOG.error(
                            "epoch {}: the start did not end within {} s; it frees what it holds when it does",
                            options.epoch(),
                            START_ENDS_SECONDS);
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void stopAndFree(String reason) {
        if (closed) {
            return;
        }
        closed = true;
        serves = false;
        if (stopThread(reason)) {
            free();
        } else {
            LOG.error(
                    "epoch {} shard {}: the engine thread hangs, its memory is never freed: restart the process",
                    options.epoch(),
                    options.shard());
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
        exchange.abort(reason);
        return running.join(LEAVE_NANOS);
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

    /** Something to close that throws nothing that must be caught. */
    @FunctionalInterface
    private interface AutoCloseableResource extends AutoCloseable {
        @Override
        void close();
    }
}
