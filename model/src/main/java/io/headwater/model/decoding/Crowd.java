/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import java.time.Duration;
import java.util.Deque;
import java.util.List;

/**
 * Where memory is so short that a request at work had to wait again: nobody is taken up until another has ended, or only one, alone, where none is at work;
 * and nobody waits for that without a deadline. Owned by the decode loop.
 */
final class Crowd {
    static final Duration MOST = Duration.ofMinutes(5);

    private boolean here;
    private long sinceNanos;

    /** One has been taken out. */
    void begins(long nowNanos) {
        sinceNanos = here ? sinceNanos : nowNanos;
        here = true;
    }

    /** One has ended. */
    void ends() {
        here = false;
    }

    boolean here() {
        return here;
    }

    /** Takes those out of the queue who have waited too long since then. */
    List<Request> late(Deque<Request> waiting, long nowNanos) {
        List<Request> late = waiting.stream()
                .filter(request ->
                        nowNanos - request.waitsSinceNanos() > MOST.toNanos() && nowNanos - sinceNanos > MOST.toNanos())
                .toList();
        waiting.removeAll(late);
        return late;
    }
}
