/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The requests that wait, in the order in which they begin. Where memory is so short that one at work had to wait again, it is crowded: nobody begins until
 * another has ended, or only one, alone, where none is at work; and nobody waits for that without a deadline. Owned by the decode loop.
 */
final class WaitingRequests {
    static final Duration MOST = Duration.ofMinutes(5);

    private final Deque<Request> queue = new ArrayDeque<>();
    private boolean crowded;
    private long crowdedSinceNanos;

    void add(Request request, long nowNanos) {
        request.waits(nowNanos);
        queue.addLast(request);
    }

    /** One that was taken out by {@link #next} has not begun. */
    void addFirst(Request request) {
        queue.addFirst(request);
    }

    /** One that was at work waits again, before all others: memory had no room for it. */
    void addAgain(Request request, long nowNanos) {
        request.waits(nowNanos);
        queue.addFirst(request);
        crowdedSinceNanos = crowded ? crowdedSinceNanos : nowNanos;
        crowded = true;
    }

    /** One at work has ended: there may be room again. */
    void oneEnded() {
        crowded = false;
    }

    boolean crowded() {
        return crowded;
    }

    /** Who begins now, taken out; null if nobody may. */
    @Nullable
    Request next(boolean noneAtWork) {
        return crowded && !noneAtWork ? null : queue.pollFirst();
    }

    /** Takes out who has waited for memory too long. */
    List<Request> takeLate(long nowNanos) {
        return crowded && nowNanos - crowdedSinceNanos > MOST.toNanos()
                ? take(request -> nowNanos - request.waitsSinceNanos() > MOST.toNanos())
                : List.of();
    }

    List<Request> takeCancelled() {
        return take(Request::cancelled);
    }

    List<Request> takeAll() {
        return take(_ -> true);
    }

    private List<Request> take(Predicate<Request> which) {
        List<Request> taken = new ArrayList<>(queue);
        taken.removeIf(which.negate());
        queue.removeIf(which);
        crowded &= !queue.isEmpty(); // with nobody left who waits for memory it is as ever
        return taken;
    }

    @Nullable
    Request of(long session) {
        for (Request request : queue) {
            if (request.session() == session) {
                return request;
            }
        }
        return null;
    }

    int size() {
        return queue.size();
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }
}
