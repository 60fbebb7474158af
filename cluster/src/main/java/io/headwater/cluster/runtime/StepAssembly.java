/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import io.aeron.logbuffer.ControlledFragmentHandler.Action;
import io.headwater.cluster.exchange.BatchHandler;
import io.headwater.cluster.wire.Batch;
import io.headwater.cluster.wire.MessageHeader;
import io.headwater.cluster.wire.WireCounters;
import io.headwater.cluster.wire.WireCounters.Count;
import org.jspecify.annotations.Nullable;

/**
 * Puts the messages of one epoch's step stream together, part by part. A message that is not longer than a step can be and not old is applied only
 * if it is the very next one: a number that is skipped ends the epoch. Owned by the follower's engine thread.
 */
final class StepAssembly implements BatchHandler {
    private final StepRows rows;
    private final WireCounters counters;
    private long next = StepSender.FIRST;
    private boolean complete;
    private @Nullable String problem;

    StepAssembly(StepRows rows, WireCounters counters) {
        this.rows = rows;
        this.counters = counters;
    }

    /** Makes room for the message after the one that was complete. */
    void begin() {
        if (complete) {
            rows.clear();
            complete = false;
            next++;
        }
    }

    @Override
    public Action onBatch(MessageHeader header, Batch batch) {
        if (complete || problem != null) {
            return Action.ABORT;
        }
        if (!fits(header, batch)) {
            counters.add(Count.MALFORMED, 1);
        } else if (header.step() < next) {
            counters.add(Count.OLD_STEP, 1);
        } else if (header.step() > next || header.offset() != rows.count()) {
            problem = "the step stream goes on at message " + header.step() + " row " + header.offset() + " instead of "
                    + next + " row " + rows.count() + ": a part is missing";
        } else {
            add(batch);
            complete = rows.count() == header.total();
        }
        return complete ? Action.BREAK : Action.CONTINUE;
    }

    private boolean fits(MessageHeader header, Batch batch) {
        return header.total() >= 1
                && header.total() <= rows.capacity()
                && header.offset() >= 0
                && header.offset() <= header.total() - batch.count();
    }

    private void add(Batch batch) {
        for (int row = 0; row < batch.count(); row++) {
            rows.add(
                    batch.getLong(StepRows.SEQUENCE, row),
                    batch.getInt(StepRows.POSITION, row),
                    batch.getInt(StepRows.TOKEN, row),
                    batch.getByte(StepRows.FLAGS, row));
        }
    }

    /** Whether a whole message has come: {@link #rows}, until {@link #begin}. */
    boolean complete() throws StepStreamException {
        String wrong = problem;
        if (wrong != null) {
            throw new StepStreamException(wrong);
        }
        return complete;
    }

    StepRows rows() {
        return rows;
    }
}
