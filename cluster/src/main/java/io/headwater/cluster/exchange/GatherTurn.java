/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.exchange;

import io.aeron.logbuffer.ControlledFragmentHandler.Action;
import io.headwater.cluster.wire.Batch;
import io.headwater.cluster.wire.MessageHeader;
import io.headwater.cluster.wire.WireCounters;
import io.headwater.cluster.wire.WireCounters.Count;

/** One peer's logits on their way into shard 0's array. The exchange thread's. */
final class GatherTurn implements BatchHandler {
    private final Peer peer;
    private final InLink in;
    private final VocabularySlice slice;
    private final WireCounters counters;

    private float[] values = {};
    private int stride;
    private long step;
    private int at;
    private int end;

    GatherTurn(Peer peer, InLink in, VocabularySlice slice, WireCounters counters) {
        this.peer = peer;
        this.in = in;
        this.slice = slice;
        this.counters = counters;
    }

    Peer peer() {
        return peer;
    }

    void start(float[] into, int rows, int rowStride, long newStep) {
        values = into;
        stride = rowStride;
        step = newStep;
        at = 0;
        end = rows * slice.count();
    }

    boolean received() {
        return at == end;
    }

    int receive() {
        return received() ? 0 : in.poll(this, Integer.MAX_VALUE);
    }

    @Override
    public Action onBatch(MessageHeader header, Batch batch) {
        if (header.step() > step) {
            return Action.ABORT;
        }
        if (header.step() < step) {
            counters.add(Count.OLD_STEP, 1);
            return Action.CONTINUE;
        }
        if (header.total() != end || header.offset() != at || batch.count() > end - at) {
            counters.add(Count.MALFORMED, 1);
            return Action.CONTINUE;
        }
        int index = batch.columnAt(0);
        int row = at / slice.count();
        int column = at % slice.count();
        for (int i = 0; i < batch.count(); i++) {
            values[row * stride + slice.from() + column] = batch.buffer().getFloat(index + i * Float.BYTES);
            if (++column == slice.count()) {
                column = 0;
                row++;
            }
        }
        at += batch.count();
        return received() ? Action.BREAK : Action.CONTINUE;
    }
}
