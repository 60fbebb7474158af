/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import io.headwater.cluster.exchange.DataPlane;
import io.headwater.cluster.exchange.OutLink;
import io.headwater.cluster.exchange.Waiter;
import io.headwater.cluster.wire.MessageType;
import io.headwater.model.engine.ExchangeException;
import java.time.Duration;
import java.util.List;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/** Sends the step stream to every follower. Owned by the leader's engine thread; allocates nothing per message. */
final class StepSender {
    /** Number of the first message; they count on by one. */
    static final long FIRST = 1;

    private final @Nullable DataPlane plane;
    private final OutLink[] followers;
    private final @Nullable Waiter waiter;
    private final long timeoutNanos;
    private long next = FIRST;

    private StepSender(@Nullable DataPlane plane, List<OutLink> followers, @Nullable Waiter waiter, Duration timeout) {
        this.plane = plane;
        this.followers = followers.toArray(OutLink[]::new);
        this.waiter = waiter;
        this.timeoutNanos = timeout.toNanos();
    }

    /** Of a leader that has no followers. */
    static StepSender toNobody() {
        return new StepSender(null, List.of(), null, Duration.ZERO);
    }

    /** {@code timeout}: how long a follower may take nothing. */
    static StepSender to(DataPlane plane, List<OutLink> followers, Duration timeout) {
        return new StepSender(plane, followers, plane.waiter(), timeout);
    }

    /** Whether there is nobody to send to. */
    boolean alone() {
        return plane == null;
    }

    /**
     * Sends one message, in as many parts as it takes.
     *
     * @throws ExchangeException if the epoch is over, or a follower takes nothing
     */
    void send(StepRows rows) throws ExchangeException {
        DataPlane open = plane;
        Waiter waits = waiter;
        if (open == null || waits == null) {
            return;
        }
        open.check();
        for (OutLink follower : followers) {
            send(rows, follower, open, waits);
        }
        waits.idle(1); // an invoked driver sends it now
        next++;
    }

    private void send(StepRows rows, OutLink follower, DataPlane open, Waiter waits) throws ExchangeException {
        int total = rows.count();
        for (int from = 0; from < total; ) {
            int count = Math.min(follower.maxCount(), total - from);
            long start = System.nanoTime();
            while (!follower.claim(MessageType.STEP, from, total, count)) {
                open.check();
                if (System.nanoTime() - start > timeoutNanos) {
                    throw new ExchangeException("a follower took nothing of step message " + next + " for "
                            + timeoutNanos / 1_000_000 + " ms");
                }
                waits.idle(0);
            }
            follower.position(next, 0, 0);
            write(rows, from, count, follower);
            follower.commit();
            from += count;
        }
    }

    private static void write(StepRows rows, int from, int count, OutLink follower) {
        MutableDirectBuffer buffer = follower.buffer();
        int sequences = follower.columnAt(StepRows.SEQUENCE);
        int positions = follower.columnAt(StepRows.POSITION);
        int tokens = follower.columnAt(StepRows.TOKEN);
        int flags = follower.columnAt(StepRows.FLAGS);
        for (int i = 0; i < count; i++) {
            buffer.putLong(sequences + i * Long.BYTES, rows.sequence(from + i));
            buffer.putInt(positions + i * Integer.BYTES, rows.position(from + i));
            buffer.putInt(tokens + i * Integer.BYTES, rows.token(from + i));
            buffer.putByte(flags + i, rows.flags(from + i));
        }
    }
}
