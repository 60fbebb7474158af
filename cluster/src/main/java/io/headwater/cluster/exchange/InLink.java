/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.exchange;

import io.aeron.Subscription;
import io.aeron.logbuffer.ControlledFragmentHandler;
import io.aeron.logbuffer.FrameDescriptor;
import io.aeron.logbuffer.Header;
import io.headwater.cluster.wire.Batch;
import io.headwater.cluster.wire.MessageHeader;
import io.headwater.cluster.wire.MessageType;
import io.headwater.cluster.wire.WireCounters;
import io.headwater.cluster.wire.WireCounters.Count;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * Messages of one purpose from one other node. What is not a message of this stream and epoch is dropped and counted; a handler sees only
 * batches that it may read. One polling thread.
 */
public final class InLink {
    private final Subscription subscription;
    private final Peer peer;
    private final int epoch;
    private final boolean sums;
    private final MessageType expected;
    private final WireCounters counters;
    private final NanoClock clock;
    private final MessageHeader header = new MessageHeader();
    private final Batch batch;
    private final ControlledFragmentHandler fragments = this::onFragment;
    private final OneSession session = new OneSession();
    private @Nullable BatchHandler handler;
    private @Nullable Throwable problem;

    /** @param expected what comes here; where it is SUMS, TOTALS come too */
    InLink(
            Subscription subscription,
            Peer peer,
            MessageType expected,
            Batch batch,
            int epoch,
            WireCounters counters,
            NanoClock clock) {
        this.subscription = subscription;
        this.peer = peer;
        this.epoch = epoch;
        this.expected = expected;
        this.sums = expected == MessageType.SUMS;
        this.counters = counters;
        this.clock = clock;
        this.batch = batch;
    }

    boolean isConnected() {
        return subscription.isConnected();
    }

    /**
     * Hands over the batches that are there, at most {@code limit}; returns how many messages were taken, dropped ones too.
     *
     * @throws IllegalStateException if the handler threw; the poll has ended there
     */
    public int poll(BatchHandler to, int limit) {
        handler = to;
        int taken = subscription.controlledPoll(fragments, limit);
        Throwable thrown = problem;
        if (thrown != null) {
            problem = null;
            throw new IllegalStateException("a message of " + peer + " could not be handled: " + thrown, thrown);
        }
        return taken;
    }

    /** Aeron would write down what a handler throws and go on with the next message: it is the poll's caller's. */
    private ControlledFragmentHandler.Action onFragment(DirectBuffer buffer, int index, int length, Header frame) {
        BatchHandler to = handler;
        if (to == null || !accepts(buffer, index, length, frame)) {
            return ControlledFragmentHandler.Action.CONTINUE;
        }
        try {
            return handle(to, buffer, index, length, frame);
        } catch (RuntimeException | Error e) {
            problem = e;
            return ControlledFragmentHandler.Action.BREAK;
        }
    }

    private ControlledFragmentHandler.Action handle(
            BatchHandler to, DirectBuffer buffer, int index, int length, Header frame) {
        boolean flush = header.type() == MessageType.FLUSH;
        if (!flush && (!batch.wrap(buffer, index, length) || !liesWithinItsTensor())) {
            counters.add(Count.MALFORMED, 1);
            return ControlledFragmentHandler.Action.CONTINUE;
        }
        session.bind(frame.sessionId());
        peer.heard(clock.nanoTime());
        if (flush) {
            return ControlledFragmentHandler.Action.CONTINUE;
        }
        return to.onBatch(header, batch);
    }

    private boolean accepts(DirectBuffer buffer, int index, int length, Header frame) {
        if (length < MessageHeader.LENGTH
                || (frame.flags() & FrameDescriptor.UNFRAGMENTED) != FrameDescriptor.UNFRAGMENTED
                || !header.wrap(buffer, index).isWellFormed()
                || !isExpected(header.type())) {
            counters.add(Count.MALFORMED, 1);
            return false;
        }
        if (header.epoch() != epoch) {
            counters.add(Count.OLD_EPOCH, 1);
            return false;
        }
        if (header.source() != peer.index || !session.isThat(frame.sessionId())) {
            counters.add(Count.UNKNOWN_SOURCE, 1);
            return false;
        }
        return true;
    }

    private boolean isExpected(@Nullable MessageType type) {
        return type == expected || type == MessageType.FLUSH || (sums && type == MessageType.TOTALS);
    }

    private boolean liesWithinItsTensor() {
        return header.total() >= 1 && header.offset() >= 0 && header.offset() <= header.total() - batch.count();
    }

    void close() {
        subscription.close();
    }
}
