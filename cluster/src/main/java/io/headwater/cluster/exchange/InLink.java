/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.exchange;

import io.aeron.Subscription;
import io.aeron.logbuffer.ControlledFragmentHandler;
import io.aeron.logbuffer.FrameDescriptor;
import io.aeron.logbuffer.Header;
import io.headwater.cluster.wire.Batch;
import io.headwater.cluster.wire.MessageHeader;
import io.headwater.cluster.wire.MessageType;
import io.headwater.cluster.wire.TensorCodec;
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
    private @Nullable BatchHandler handler;

    /** @param expected what comes here; where it is SUMS, TOTALS come too */
    InLink(
            Subscription subscription,
            Peer peer,
            MessageType expected,
            TensorCodec codec,
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
        this.batch = new Batch(codec);
    }

    boolean isConnected() {
        return subscription.isConnected();
    }

    /** Hands over the batches that are there, at most {@code limit}; returns how many messages were taken, dropped ones too. */
    public int poll(BatchHandler to, int limit) {
        handler = to;
        return subscription.controlledPoll(fragments, limit);
    }

    private ControlledFragmentHandler.Action onFragment(DirectBuffer buffer, int index, int length, Header frame) {
        BatchHandler to = handler;
        if (to == null || !accepts(buffer, index, length, frame)) {
            return ControlledFragmentHandler.Action.CONTINUE;
        }
        peer.heard(clock.nanoTime());
        if (header.type() == MessageType.FLUSH) {
            return ControlledFragmentHandler.Action.CONTINUE;
        }
        if (!batch.wrap(buffer, index, length) || !liesWithinItsTensor()) {
            counters.add(Count.MALFORMED, 1);
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
        if (header.source() != peer.index) {
            counters.add(Count.UNKNOWN_SOURCE, 1);
            return false;
        }
        return true;
    }

    private boolean isExpected(@Nullable MessageType type) {
        return type == expected || type == MessageType.FLUSH || (sums && type == MessageType.TOTALS);
    }

    private boolean liesWithinItsTensor() {
        return header.offset() >= 0 && header.total() - batch.count() >= header.offset();
    }

    void close() {
        subscription.close();
    }
}
