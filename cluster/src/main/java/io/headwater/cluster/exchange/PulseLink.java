/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.exchange;

import io.aeron.Subscription;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.Header;
import io.headwater.cluster.wire.MessageHeader;
import io.headwater.cluster.wire.MessageType;
import io.headwater.cluster.wire.WireCounters;
import io.headwater.cluster.wire.WireCounters.Count;
import org.agrona.DirectBuffer;

/** Signs of life from one peer. The pulse thread's, but for whether it has left. */
final class PulseLink {
    private static final int LIMIT = 20;
    private final Subscription subscription;
    private final Peer peer;
    private final int epoch;
    private final WireCounters counters;
    private final MessageHeader header = new MessageHeader();
    private final FragmentHandler fragments = this::onFragment;
    private long nowNanos;
    private final OneSession session = new OneSession();
    private volatile boolean left;

    PulseLink(Subscription subscription, Peer peer, int epoch, WireCounters counters) {
        this.subscription = subscription;
        this.peer = peer;
        this.epoch = epoch;
        this.counters = counters;
    }

    Peer peer() {
        return peer;
    }

    boolean isConnected() {
        return subscription.isConnected();
    }

    void poll(long now) {
        nowNanos = now;
        subscription.poll(fragments, LIMIT);
    }

    /** Whether the peer has said goodbye. */
    boolean hasLeft() {
        return left;
    }

    private void onFragment(DirectBuffer buffer, int index, int length, Header frame) {
        if (length != MessageHeader.LENGTH || !header.wrap(buffer, index).isWellFormed()) {
            counters.add(Count.MALFORMED, 1);
        } else if (header.epoch() != epoch) {
            counters.add(Count.OLD_EPOCH, 1);
        } else if (header.source() != peer.index) {
            counters.add(Count.UNKNOWN_SOURCE, 1);
        } else if (!session.isThat(frame.sessionId())) {
            counters.add(Count.UNKNOWN_SOURCE, 1);
        } else if (header.type() == MessageType.PULSE) {
            session.bind(frame.sessionId());
            peer.heard(nowNanos);
            peer.isAt(header.step(), Place.of(header.layer(), header.phase()), nowNanos);
        } else if (header.type() == MessageType.GOODBYE) {
            session.bind(frame.sessionId());
            left = true;
        } else {
            counters.add(Count.MALFORMED, 1);
        }
    }

    void close() {
        subscription.close();
    }
}
