/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.exchange;

import io.aeron.logbuffer.ControlledFragmentHandler.Action;
import io.headwater.cluster.wire.Batch;
import io.headwater.cluster.wire.MessageHeader;
import io.headwater.cluster.wire.MessageType;
import io.headwater.cluster.wire.WireCounters;
import io.headwater.cluster.wire.WireCounters.Count;
import io.headwater.model.engine.ExchangeException;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * One peer's part of an all-reduce, as seen from this node: what still has to be sent to it and what has to come from it. First sums go
 * both ways; where the reduce is done in two halves, finished sums follow. The exchange thread's.
 */
final class ReduceTurn implements BatchHandler {
    private final Peer peer;
    private final OutLink out;
    private final InLink in;
    private final WireCounters counters;
    private final int valuesPerMessage;

    private long[] mine = {};
    private long[] total = {};
    private int count;
    private long step;
    private int place;
    private int sendAt;
    private int sendEnd;
    private boolean sendsTotals;
    private int receiveAt;
    private int receiveEnd;
    private boolean receivesTotals;
    private int ownFrom;
    private int ownTo;
    private int peerFrom;
    private int peerTo;
    private boolean halves;

    ReduceTurn(Peer peer, OutLink out, InLink in, int dim, WireCounters counters) {
        this.peer = peer;
        this.out = out;
        this.in = in;
        this.counters = counters;
        int fit = out.maxCount();
        this.valuesPerMessage = dim <= fit ? fit / dim * dim : fit; // whole rows: few lengths, few templates
    }

    Peer peer() {
        return peer;
    }

    /** Sends all of {@code mine} to the peer; all of the peer's is added to {@code total}. */
    void startWhole(long[] mine, long[] total, int count, long step, int place) {
        start(mine, total, count, step, place);
        halves = false;
        sendAt = 0;
        sendEnd = count;
        receiveAt = 0;
        receiveEnd = count;
    }

    /** Sends the peer its share of {@code mine}, adds its values of the own share to {@code total}; then finished shares go both ways. */
    void startHalves(long[] mine, long[] total, int count, long step, int place, int rows, int self, int nodes) {
        start(mine, total, count, step, place);
        halves = true;
        int dim = count / rows;
        ownFrom = share(rows, self, nodes) * dim;
        ownTo = share(rows, self + 1, nodes) * dim;
        peerFrom = share(rows, peer.index, nodes) * dim;
        peerTo = share(rows, peer.index + 1, nodes) * dim;
        sendAt = peerFrom;
        sendEnd = peerTo;
        receiveAt = ownFrom;
        receiveEnd = ownTo;
        goOnReceiving();
    }

    /** First row of a node's share. */
    static int share(int rows, int node, int nodes) {
        return (int) ((long) rows * node / nodes);
    }

    private void start(long[] newMine, long[] newTotal, int newCount, long newStep, int newPlace) {
        mine = newMine;
        total = newTotal;
        count = newCount;
        step = newStep;
        place = newPlace;
        sendsTotals = false;
        receivesTotals = false;
    }

    boolean sumsReceived() {
        return receivesTotals || receiveAt == receiveEnd;
    }

    boolean received() {
        return receiveAt == receiveEnd && (receivesTotals || !halves);
    }

    boolean sent() {
        return sendAt == sendEnd && (sendsTotals || !halves);
    }

    /** Sends a message if there is one to send and room for it; returns whether it has. */
    boolean send(boolean reduced) throws ExchangeException {
        if (sendAt == sendEnd && halves && !sendsTotals && reduced) {
            sendsTotals = true;
            sendAt = ownFrom;
            sendEnd = ownTo;
        }
        if (sendAt == sendEnd) {
            return false;
        }
        int values = Math.min(valuesPerMessage, sendEnd - sendAt);
        if (!out.claim(sendsTotals ? MessageType.TOTALS : MessageType.SUMS, sendAt, count, values)) {
            return false;
        }
        out.position(step, Place.layer(place), Place.phase(place));
        write(sendsTotals ? total : mine, sendAt, values, out.buffer(), out.columnAt(0));
        out.commit();
        sendAt += values;
        return true;
    }

    /** Takes what has come; nothing once all is here, since what follows belongs to a later exchange. */
    int receive() {
        return received() ? 0 : in.poll(this, Integer.MAX_VALUE);
    }

    @Override
    public Action onBatch(MessageHeader header, Batch batch) {
        int order = Place.compare(header.step(), Place.of(header.layer(), header.phase()), step, place);
        if (order > 0) {
            return Action.ABORT;
        }
        if (order < 0) {
            counters.add(Count.OLD_STEP, 1);
            return Action.CONTINUE;
        }
        boolean totals = header.type() == MessageType.TOTALS;
        if (totals != receivesTotals
                || header.total() != count
                || header.offset() != receiveAt
                || batch.count() > receiveEnd - receiveAt) {
            counters.add(Count.MALFORMED, 1);
            return Action.CONTINUE;
        }
        if (totals) {
            read(batch.buffer(), batch.columnAt(0), total, receiveAt, batch.count());
        } else {
            add(batch.buffer(), batch.columnAt(0), total, receiveAt, batch.count());
        }
        receiveAt += batch.count();
        goOnReceiving();
        return received() ? Action.BREAK : Action.CONTINUE;
    }

    private void goOnReceiving() {
        if (halves && !receivesTotals && receiveAt == receiveEnd) {
            receivesTotals = true;
            receiveAt = peerFrom;
            receiveEnd = peerTo;
        }
    }

    private static void write(long[] values, int from, int count, MutableDirectBuffer buffer, int index) {
        for (int i = 0; i < count; i++) {
            buffer.putLong(index + i * Long.BYTES, values[from + i]);
        }
    }

    private static void add(DirectBuffer buffer, int index, long[] values, int from, int count) {
        for (int i = 0; i < count; i++) {
            values[from + i] += buffer.getLong(index + i * Long.BYTES);
        }
    }

    private static void read(DirectBuffer buffer, int index, long[] values, int from, int count) {
        for (int i = 0; i < count; i++) {
            values[from + i] = buffer.getLong(index + i * Long.BYTES);
        }
    }
}
