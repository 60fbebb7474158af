/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.exchange;

import io.aeron.logbuffer.BufferClaim;
import io.headwater.cluster.wire.MessageHeader;
import io.headwater.cluster.wire.MessageType;
import io.headwater.cluster.wire.WireCounters;
import io.headwater.cluster.wire.WireCounters.Count;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Signs of life, both ways, and what follows from their absence. Its own thread calls {@link #doWork}, so that they come while the engine
 * computes.
 */
final class Pulse {
    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Between two cycles: more, and it was this thread that stood still. */
    private static final long PAUSED_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private final BooleanSupplier mediaClosed;
    private final List<PulseLink> from;
    private final List<OutLink> to;
    private final List<Flushed> flushes;
    private final Progress own;
    private final Faults faults;
    private final WireCounters counters;
    private final PlaneOptions options;
    private final BufferClaim claim = new BufferClaim();
    private final MessageHeader header = new MessageHeader();
    private boolean started;
    private volatile boolean armed;
    private long lastCycleNanos;
    private long lastPulseNanos;

    Pulse(
            PlaneOptions options,
            PlaneLinks links,
            BooleanSupplier mediaClosed,
            List<OutLink> flushed,
            Progress own,
            Faults faults,
            WireCounters counters) {
        this.options = options;
        this.mediaClosed = mediaClosed;
        this.from = List.copyOf(links.pulseIn.values());
        this.to = List.copyOf(links.pulseOut.values());
        this.flushes = flushed.stream()
                .map(link -> new Flushed(link, new FlushTimer()))
                .toList();
        this.own = own;
        this.faults = faults;
        this.counters = counters;
    }

    /** From now on silence is a fault: all peers have come. */
    void arm() {
        armed = true;
    }

    /** One cycle; returns whether another one should follow within a millisecond. */
    boolean doWork(long nowNanos) {
        boolean paused = started && armed && nowNanos - lastCycleNanos > PAUSED_NANOS;
        if (paused) {
            credit(nowNanos - lastCycleNanos, nowNanos);
        }
        if (mediaClosed.getAsBoolean()) {
            faults.report(options.self(), PeerFault.Kind.MEDIA, "the media driver of this node has gone");
        }
        lastCycleNanos = nowNanos;
        if (!started || nowNanos - lastPulseNanos >= PERIOD_NANOS) {
            sendToAll(MessageType.PULSE);
            lastPulseNanos = nowNanos;
        }
        started = true;
        for (int i = 0; i < from.size(); i++) {
            PulseLink link = from.get(i);
            link.poll(nowNanos);
            if (armed && !paused) {
                check(link, nowNanos);
            }
        }
        return flush(nowNanos);
    }

    /**
     * Who did not run has not listened either: the time counts against nobody. After twice the time that the others wait it is over: they
     * have gone on without this node.
     */
    private void credit(long gapNanos, long nowNanos) {
        if (gapNanos > 2 * options.deadAfter().toNanos()) {
            faults.report(
                    options.self(),
                    PeerFault.Kind.SELF_STOPPED,
                    "this process did not run for " + TimeUnit.NANOSECONDS.toMillis(gapNanos)
                            + " ms, the others have given it up");
        }
        for (int i = 0; i < from.size(); i++) {
            from.get(i).peer().credit(gapNanos, nowNanos);
        }
    }

    void sendToAll(MessageType type) {
        for (int i = 0; i < to.size(); i++) {
            if (to.get(i).sendHeader(type, claim, header, own)) {
                counters.add(Count.PULSES, 1);
            }
        }
    }

    private void check(PulseLink link, long nowNanos) {
        Peer peer = link.peer();
        long deadNanos = options.deadAfter().toNanos();
        if (link.hasLeft()) {
            faults.report(peer.index, PeerFault.Kind.LEFT, peer + " has left");
        } else if (peer.silentNanos(nowNanos) > deadNanos) {
            faults.report(
                    peer.index,
                    PeerFault.Kind.DEAD,
                    peer + " gave no sign of life for " + options.deadAfter().toMillis() + " ms");
        } else if (isHung(peer, nowNanos)) {
            faults.report(
                    peer.index,
                    PeerFault.Kind.HUNG,
                    peer + " is alive but still " + peer.where() + " for "
                            + options.hungAfter().toMillis() + " ms while this node waited for it");
        }
    }

    /** One that has come to the same exchange may itself wait for another; it has twice the time. */
    private boolean isHung(Peer peer, long nowNanos) {
        long hungNanos = options.hungAfter().toNanos();
        long awaitedNanos = peer.awaitedNanos(nowNanos);
        return awaitedNanos > hungNanos
                && peer.unmovedNanos(nowNanos) > hungNanos
                && (peer.isBehind(own.step(), own.place()) || awaitedNanos > 2 * hungNanos);
    }

    private boolean flush(long nowNanos) {
        boolean soon = false;
        for (int i = 0; i < flushes.size(); i++) {
            OutLink link = flushes.get(i).link;
            FlushTimer timer = flushes.get(i).timer;
            if (timer.isDue(nowNanos, link.messages()) && link.sendHeader(MessageType.FLUSH, claim, header, own)) {
                counters.add(Count.FLUSHES, 1);
            }
            soon |= timer.isWaiting();
        }
        return soon;
    }

    private record Flushed(OutLink link, FlushTimer timer) {}
}
