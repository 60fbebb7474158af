/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.exchange;

import io.aeron.Publication;
import io.aeron.logbuffer.BufferClaim;
import io.headwater.cluster.wire.MessageHeader;
import io.headwater.cluster.wire.MessageType;
import io.headwater.cluster.wire.TensorCodec;
import io.headwater.cluster.wire.WireCounters;
import io.headwater.cluster.wire.WireCounters.Count;
import io.headwater.model.engine.ExchangeException;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.MutableDirectBuffer;

/**
 * Messages of one purpose to one other node. To send: {@link #claim}, write all rows where they will be read from, {@link #commit}. One
 * sending thread; another one may send flush frames between its messages.
 */
public final class OutLink {
    private final Publication publication;
    private final TensorCodec codec;
    private final WireCounters counters;
    private final int self;
    private final int epoch;
    private final int maxCount;
    private final BufferClaim claim = new BufferClaim();
    private final MessageHeader header = new MessageHeader();
    /** Messages committed; a flush frame is not one. */
    private final AtomicLong messages = new AtomicLong();

    private int count;

    OutLink(Publication publication, TensorCodec codec, WireCounters counters, int self, int epoch) {
        this.publication = publication;
        this.codec = codec;
        this.counters = counters;
        this.self = self;
        this.epoch = epoch;
        this.maxCount = codec.maxCount(publication.maxPayloadLength());
    }

    /** Rows that fit one message; longer tensors are cut. */
    public int maxCount() {
        return maxCount;
    }

    boolean isConnected() {
        return publication.isConnected();
    }

    /**
     * Begins a message of {@code rows} rows, at most {@link #maxCount}; header and metadata are written. False if the receiver does not keep up
     * or is not there now: look for messages, wait, try again. After true, {@link #commit} must follow.
     *
     * @param offset of the first row in its tensor
     * @param total rows of the tensor
     * @throws ExchangeException if the stream is closed
     */
    public boolean claim(MessageType type, int offset, int total, int rows) throws ExchangeException {
        int length = codec.length(rows);
        long result = publication.tryClaim(length, claim);
        if (result < 0) {
            return refused(result);
        }
        count = rows;
        header.startWriting(claim.buffer(), claim.offset(), type)
                .from(self, epoch)
                .part(offset, total);
        codec.putMetadata(claim.buffer(), claim.offset(), rows);
        return true;
    }

    private boolean refused(long result) throws ExchangeException {
        if (result == Publication.CLOSED || result == Publication.MAX_POSITION_EXCEEDED) {
            throw new ExchangeException("stream " + publication.streamId() + " to " + publication.channel() + ": "
                    + Publication.errorString(result) + ", epoch " + epoch);
        }
        return false;
    }

    /** Sets step, layer and phase of the claimed message. */
    public void position(long step, int layer, int phase) {
        header.position(step, layer, phase);
    }

    /** What the claimed message is written to. */
    public MutableDirectBuffer buffer() {
        return claim.buffer();
    }

    /** Where the values of a column begin in {@link #buffer}. */
    public int columnAt(int column) {
        return codec.columnAt(claim.offset(), count, column);
    }

    public void putLong(int column, int row, long value) {
        claim.buffer().putLong(columnAt(column) + row * Long.BYTES, value);
    }

    public void putInt(int column, int row, int value) {
        claim.buffer().putInt(columnAt(column) + row * Integer.BYTES, value);
    }

    public void putByte(int column, int row, byte value) {
        claim.buffer().putByte(columnAt(column) + row, value);
    }

    /** Sends the claimed message. */
    public void commit() {
        counters.add(Count.BYTES, codec.length(count));
        counters.add(Count.MESSAGES, 1);
        claim.commit();
        messages.setRelease(messages.getPlain() + 1);
    }

    long messages() {
        return messages.getAcquire();
    }

    /** Sends a header alone; the pulse thread's. Not sent is no harm: the next one is. */
    boolean sendHeader(MessageType type, BufferClaim own, MessageHeader ownHeader, Progress at) {
        if (publication.tryClaim(MessageHeader.LENGTH, own) < 0) {
            return false;
        }
        int place = at.place();
        ownHeader
                .startWriting(own.buffer(), own.offset(), type)
                .from(self, epoch)
                .position(at.step(), Place.layer(place), Place.phase(place));
        own.commit();
        return true;
    }

    void close() {
        publication.close();
    }
}
