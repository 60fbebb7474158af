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
    private static final long STOPPED_NANOS = TimeUnit.MILLISECONDS.toNanos(2_500);
    private final BooleanSupplier mediaClosed;
    private final List<PulseLink> from;
    private final List<OutLink> to;
    private final List<FlushTimer> flushes;
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
            List<FlushTimer> flushes,
            Progress own,
            Faults faults,
            WireCounters counters) {
        this.options = options;
        this.mediaClosed = mediaClosed;
        this.from = List.copyOf(links.pulseIn.values());
        this.to = List.copyOf(links.pulseOut.values());
        this.flushes = List.copyOf(flushes);
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
        if (started && armed && nowNanos - lastCycleNanos > STOPPED_NANOS) {
            faults.report(
                    options.self(),
                    PeerFault.Kind.SELF_STOPPED,
                    "this process did not run for " + TimeUnit.NANOSECONDS.toMillis(nowNanos - lastCycleNanos)
                            + " ms, the others have given it up");
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
            if (armed) {
                check(link, nowNanos);
            }
        }
        return flush(nowNanos);
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
            FlushTimer timer = flushes.get(i);
            if (timer.isDue(nowNanos) && timer.link().sendHeader(MessageType.FLUSH, claim, header, own)) {
                counters.add(Count.FLUSHES, 1);
            }
            soon |= timer.isWaiting();
        }
        return soon;
    }
}
