/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.exchange;

import io.headwater.cluster.media.Media;
import io.headwater.cluster.media.Transport;
import io.headwater.cluster.wire.MessageType;
import io.headwater.cluster.wire.WireCounters;
import io.headwater.cluster.wire.WireCounters.Count;
import io.headwater.model.engine.Exchange;
import io.headwater.model.engine.ExchangeException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node's end of the streams between the nodes of a plan, for one epoch: all-reduce and gather as an {@link Exchange}, steps from the
 * leader (shard 0) to the others as links, signs of life on a thread of its own. The first fault of a peer ends the exchange and is told once;
 * then the plane can only be closed.
 *
 * <pre>{@code
 * try (DataPlane plane = DataPlane.connect(media, PlaneOptions.of(epoch, self, nodes, dim, maxRows, vocabulary), fault -> …, () -> false)) {
 *     Exchange exchange = plane.exchange();               // for the engine, on its thread
 *     OutLink out = plane.out(1);                         // leader: claim, position, put…, commit
 *     InLink in = plane.in(0);                            // follower: poll(handler, limit), then plane.waiter().idle(work)
 * }
 * }</pre>
 */
public final class DataPlane implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DataPlane.class);
    private static final long QUICK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long LEAVE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final PlaneOptions options;
    private final Media media;
    private final NanoClock clock;
    private final WireCounters counters;
    private final Progress progress = new Progress();
    private final PlaneLinks links;
    private final SingleWriterRecorder times = new SingleWriterRecorder(AeronExchange.LONGEST_NANOS, 3);
    private final Histogram allTimes = new Histogram(AeronExchange.LONGEST_NANOS, 3);
    /** Used again and again; whoever holds {@code allTimes}. */
    private @Nullable Histogram interval;

    private final AeronExchange exchange;
    private final Faults faults;
    private final Pulse pulse;
    private final Thread pulseThread;
    private volatile boolean closed;

    private DataPlane(
            Media media,
            PlaneOptions options,
            PlaneLinks links,
            WireCounters counters,
            Consumer<PeerFault> listener,
            NanoClock clock) {
        this.counters = counters;
        this.media = media;
        this.options = options;
        this.links = links;
        this.clock = clock;
        exchange = new AeronExchange(options, links, progress, waiter(), clock, counters, times);
        faults = new Faults(options.epoch(), progress, exchange::abort, listener);
        List<OutLink> flushed = media.options().transport() == Transport.UDP ? links.tensorsOut() : List.of();
        pulse = new Pulse(options, links, media.aeron()::isClosed, flushed, progress, faults, counters);
        pulseThread = Thread.ofPlatform()
                .daemon()
                .name("pulse-" + options.epoch() + "-" + options.self())
                .unstarted(this::beat);
    }

    /**
     * Opens the streams of an epoch and waits until all nodes have done so. Never interrupt the thread meanwhile: an interrupt while Aeron opens a
     * stream ends the client, and with it every other stream of the process.
     *
     * @param listener hears of the first fault, on the pulse thread; quick, since the exchange is aborted after it
     * @param cancelled looked at between two streams and every millisecond of waiting: true ends it with an exception
     * @throws ExchangeException if a node does not come within the time to connect, or leaves again; names it
     */
    public static DataPlane connect(
            Media media, PlaneOptions options, Consumer<PeerFault> listener, BooleanSupplier cancelled)
            throws ExchangeException {
        return connect(media, options, listener, cancelled, SystemNanoClock.INSTANCE);
    }

    /** As {@link #connect(Media, PlaneOptions, Consumer, BooleanSupplier)} with a clock for signs of life. */
    static DataPlane connect(
            Media media, PlaneOptions options, Consumer<PeerFault> listener, BooleanSupplier cancelled, NanoClock clock)
            throws ExchangeException {
        WireCounters counters = new WireCounters();
        PlaneLinks links = new PlaneLinks(media, options, counters, clock);
        DataPlane plane;
        try {
            links.open(cancelled);
            plane = new DataPlane(media, options, links, counters, listener, clock);
        } catch (ExchangeException | RuntimeException e) {
            links.close();
            throw e;
        }
        plane.pulseThread.start();
        try {
            plane.awaitPeers(cancelled);
        } catch (ExchangeException | RuntimeException e) {
            plane.close();
            throw e;
        }
        return plane;
    }

    private void awaitPeers(BooleanSupplier cancelled) throws ExchangeException {
        long start = System.nanoTime();
        List<Peer> missing = links.missing();
        while (!missing.isEmpty()) {
            links.checkWanted(cancelled);
            checkNobodyLeft();
            if (System.nanoTime() - start > options.connectTimeout().toNanos()) {
                throw new ExchangeException(missing.stream().map(Peer::toString).collect(Collectors.joining(", "))
                        + " did not connect within "
                        + options.connectTimeout().toMillis() + " ms, epoch " + options.epoch()
                        + ": is it running, and can it be reached?");
            }
            media.invoke();
            LockSupport.parkNanos(QUICK_NANOS);
            missing = links.missing();
        }
        long now = clock.nanoTime();
        links.peers.values().forEach(peer -> peer.heard(now));
        pulse.arm();
    }

    /** One that has given up does not come again in this epoch. */
    private void checkNobodyLeft() throws ExchangeException {
        for (PulseLink link : links.pulseIn.values()) {
            if (link.hasLeft()) {
                throw new ExchangeException(
                        link.peer() + " has left before all nodes had come, epoch " + options.epoch());
            }
        }
    }

    private void beat() {
        try {
            while (!closed) {
                boolean soon = pulse.doWork(clock.nanoTime());
                media.invoke();
                LockSupport.parkNanos(this, soon || busy() ? QUICK_NANOS : SLOW_NANOS);
            }
        } catch (
                Throwable
                        e) { // an Error too: without signs of life the others give this node up: it must know that too
            LOG.error("signs of life of epoch {} have ended", options.epoch(), e);
            faults.report(options.self(), PeerFault.Kind.MEDIA, "signs of life of this node have ended by " + e);
        }
    }

    private boolean busy() {
        return media.options().transport() == Transport.UDP && exchange.isInside();
    }

    /** For this node's engine; its calls are one thread's, {@link Exchange#abort} anybody's. */
    public Exchange exchange() {
        return exchange;
    }

    /** Steps to another node; only at shard 0. The schema is {@link io.headwater.cluster.wire.FlatSchema#STEPS}. */
    public OutLink out(int destination) {
        return Optional.ofNullable(links.stepsOut.get(destination)).orElseThrow(() -> noLink("to", destination));
    }

    /** Steps from shard 0; only elsewhere. */
    public InLink in(int source) {
        return Optional.ofNullable(links.stepsIn.get(source)).orElseThrow(() -> noLink("from", source));
    }

    private IllegalArgumentException noLink(String way, int node) {
        return new IllegalArgumentException("steps " + way + " node " + node + " at node " + options.self() + " of "
                + options.nodes().size() + ": they go from node 0 to every other");
    }

    /** A new one, for a thread that polls {@link #in} or waits for room in {@link #out}. */
    public Waiter waiter() {
        return new Waiter(media, options.waiting());
    }

    /** Why the epoch is over; empty while it is not. */
    public Optional<String> failure() {
        return Optional.ofNullable(exchange.aborted());
    }

    /**
     * For whoever waits for steps, in every round of its loop.
     *
     * @throws ExchangeException if the epoch is over: {@link #failure}
     */
    public void check() throws ExchangeException {
        String reason = exchange.aborted();
        if (reason != null) {
            throw new ExchangeException(reason);
        }
    }

    /** What has been sent and dropped. */
    public WireCounters counters() {
        return counters;
    }

    /** Figures so far. Any thread. */
    public ExchangeFigures figures() {
        synchronized (allTimes) {
            interval = times.getIntervalHistogram(interval);
            allTimes.add(interval);
            return new ExchangeFigures(
                    allTimes.getTotalCount(),
                    allTimes.getValueAtPercentile(50) / 1e3,
                    allTimes.getValueAtPercentile(99) / 1e3,
                    counters.get(Count.BYTES),
                    counters.dropped(),
                    counters.get(Count.FLUSHES),
                    counters.get(Count.PULSES));
        }
    }

    /** Ends the epoch at this node: whoever waits in the exchange gets an exception, the others hear that it has left. Any thread. */
    @Override
    public void close() {
        synchronized (links) {
            if (closed) {
                return;
            }
            exchange.abort("the data plane of epoch " + options.epoch() + " is closed");
            faults.silence();
            closed = true;
            stopPulse();
            awaitExchange();
            links.close();
        }
    }

    private void stopPulse() {
        LockSupport.unpark(pulseThread);
        if (!pulseThread.equals(Thread.currentThread())) {
            joinPulse();
        }
        if (!pulseThread.isAlive() || pulseThread.equals(Thread.currentThread())) {
            pulse.sendToAll(MessageType.GOODBYE);
            media.invoke();
        }
    }

    /** An interrupt must not keep the others from hearing that this node leaves. */
    private void joinPulse() {
        long start = System.nanoTime();
        boolean interrupted = false;
        long left = LEAVE_NANOS;
        while (pulseThread.isAlive() && left > 0) {
            try {
                TimeUnit.NANOSECONDS.timedJoin(pulseThread, Math.max(left, QUICK_NANOS));
            } catch (InterruptedException e) {
                interrupted = true;
            }
            left = LEAVE_NANOS - (System.nanoTime() - start);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitExchange() {
        long start = System.nanoTime();
        while (exchange.isInside() && System.nanoTime() - start < LEAVE_NANOS) {
            LockSupport.parkNanos(QUICK_NANOS);
        }
    }
}
