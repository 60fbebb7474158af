/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.engine.StepEngine;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The caches that sessions left open, the one used longest ago first. Owned by the decode loop. */
final class KeptCaches {
    private final StepEngine engine;
    private final int most;
    private final Deque<SessionCache> caches = new ArrayDeque<>();

    KeptCaches(StepEngine engine, int most) {
        this.engine = engine;
        this.most = most;
    }

    /** Keeps one; frees the oldest if there are too many. */
    void keep(SessionCache cache) {
        caches.addLast(cache);
        while (caches.size() > most) {
            engine.close(caches.removeFirst().sequence());
        }
    }

    /** Frees the oldest; false if there is none. */
    boolean freeOldest() {
        @Nullable SessionCache oldest = caches.pollFirst();
        if (oldest == null) {
            return false;
        }
        engine.close(oldest.sequence());
        return true;
    }

    /** Hands a session's cache over, if there is one. */
    Optional<SessionCache> take(long session) {
        for (Iterator<SessionCache> each = caches.iterator(); each.hasNext(); ) {
            SessionCache cache = each.next();
            if (cache.session() == session) {
                each.remove();
                return Optional.of(cache);
            }
        }
        return Optional.empty();
    }

    void release(long session) {
        take(session).ifPresent(cache -> engine.close(cache.sequence()));
    }

    void releaseAll() {
        for (@Nullable SessionCache cache = caches.poll(); cache != null; cache = caches.poll()) {
            engine.close(cache.sequence());
        }
    }
}
