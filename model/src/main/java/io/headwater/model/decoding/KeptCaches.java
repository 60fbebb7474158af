/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.engine.StepEngine;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The caches that sessions left open, and those that belong to nobody any more but may begin another request; of each kind the one used longest ago comes
 * first. Owned by the decode loop.
 */
final class KeptCaches {
    /** So few are read again as soon as a cache is found. */
    private static final int FEW_TOKENS = 16;

    private final StepEngine engine;
    private final int most;
    private final Consumer<SessionCache> leaving;
    private final Deque<SessionCache> caches = new ArrayDeque<>();
    private final Deque<SessionCache> left = new ArrayDeque<>();
    private final int mostLeft;

    /**
     * None yet.
     *
     * @param most of sessions that stay
     * @param mostLeft of nobody's that do
     * @param leaving hears of sessions' caches that go for want of room, before they do
     */
    KeptCaches(StepEngine engine, int most, int mostLeft, Consumer<SessionCache> leaving) {
        this.engine = engine;
        this.most = most;
        this.mostLeft = mostLeft;
        this.leaving = leaving;
    }

    /** Keeps a session's; frees the oldest if there are too many. */
    void keep(SessionCache cache) {
        caches.addLast(cache);
        while (caches.size() > most) {
            free(caches.removeFirst());
        }
    }

    /** A request's cache that its owner does not want any more: it stays for a while if it has never been compressed. */
    void leave(SessionCache cache) {
        if (mostLeft == 0 || !cache.uncompressed() || cache.position() < FEW_TOKENS) {
            engine.close(cache.sequence());
            return;
        }
        left.addLast(cache);
        while (left.size() > mostLeft) {
            engine.close(left.removeFirst().sequence());
        }
    }

    /** Frees nobody's before a session's, the oldest of each first; false if there is none. */
    boolean freeOldest() {
        return freeLeft() || freeOldest(_ -> true);
    }

    /** Frees one of nobody's; false if there is none. */
    boolean freeLeft() {
        @Nullable SessionCache oldest = left.pollFirst();
        if (oldest != null) {
            engine.close(oldest.sequence());
        }
        return oldest != null;
    }

    /** Frees the session's that was used longest ago, of those; false if there is none. */
    boolean freeOldest(Predicate<SessionCache> which) {
        for (Iterator<SessionCache> each = caches.iterator(); each.hasNext(); ) {
            SessionCache cache = each.next();
            if (which.test(cache)) {
                each.remove();
                free(cache);
                return true;
            }
        }
        return false;
    }

    private void free(SessionCache cache) {
        leaving.accept(cache);
        engine.close(cache.sequence());
    }

    /** Frees a session's cache; it may be wanted again. */
    void park(long session) {
        take(session).ifPresent(this::free);
    }

    /** All of sessions leave, until it is time. */
    void parkAll(BooleanSupplier enough) {
        while (!caches.isEmpty() && !enough.getAsBoolean()) {
            free(caches.removeLast());
        }
    }

    /** Those of sessions, the one used longest ago first. */
    List<SessionCache> all() {
        return List.copyOf(caches);
    }

    /** Whether it is one of those. */
    boolean has(SessionCache cache) {
        return caches.contains(cache);
    }

    /** What those hold. */
    long bytes() {
        return bytes(caches);
    }

    /** What nobody's hold. */
    long leftBytes() {
        return bytes(left);
    }

    private static long bytes(Deque<SessionCache> caches) {
        long bytes = 0;
        for (SessionCache cache : caches) {
            bytes += cache.sequence().kvBytes();
        }
        return bytes;
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

    /** Hands over that one of nobody's caches from which most of these tokens need not be read. */
    Optional<SessionCache> takeLeft(TokenIds known, int most, Course course) {
        @Nullable SessionCache best = null;
        for (SessionCache cache : left) {
            if ((best == null || cache.position() > best.position()) && cache.leadsTo(known, most, course)) {
                best = cache;
            }
        }
        if (best != null) {
            left.remove(best);
        }
        return Optional.ofNullable(best);
    }

    void release(long session) {
        take(session).ifPresent(cache -> engine.close(cache.sequence()));
    }

    void releaseAll() {
        for (@Nullable SessionCache cache = caches.poll(); cache != null; cache = caches.poll()) {
            engine.close(cache.sequence());
        }
        for (@Nullable SessionCache cache = left.poll(); cache != null; cache = left.poll()) {
            engine.close(cache.sequence());
        }
    }
}
