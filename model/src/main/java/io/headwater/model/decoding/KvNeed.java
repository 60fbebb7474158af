/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.engine.KvRoom;
import io.headwater.model.engine.StepEngine;
import io.headwater.model.kvcache.KvOptions;

/** The most KV memory that a session will be charged from where it is to its request's end: what is promised to it. */
final class KvNeed {
    private final KvRoom room;
    private final int contextLength;

    KvNeed(StepEngine engine) {
        this.room = engine.kvRoom();
        this.contextLength = engine.contextLength();
    }

    /** Whether there is a limit at all. */
    boolean limited() {
        return room.limitBytes() != Long.MAX_VALUE;
    }

    /** Of all sessions together. */
    long limitBytes() {
        return room.limitBytes();
    }

    /** Of a request at work. */
    long of(Running one, int budget) {
        SessionCache cache = one.work().cache();
        return bytes(cache.options(), cache.held(), cache.toChange(), one.work().ahead(), budget);
    }

    /** Of an idle session, which gets no more. */
    long idle(SessionCache cache, int budget) {
        KvOptions kv = cache.options();
        int entries = kv.full() ? cache.held() : Math.min(cache.held(), budget);
        return room.bytes(kv, entries, Math.max(entries, kv.full() ? 0 : Math.min(cache.longest(), budget)));
    }

    /** Of a request that waits. */
    long of(Request request, SessionCache kept, int budget) {
        return bytes(
                kept.options(), kept.held(), kept.toChange(), request.ahead(kept.position(), contextLength), budget);
    }

    /** Of a request that waits, whose session has no cache. */
    long of(Request request, int budget) {
        KvOptions kv = request.asked().kv();
        return bytes(kv, 0, request.firstChange(contextLength), request.ahead(0, contextLength), budget);
    }

    /** The least of a request, whose answer ends where it may if it has no limit. */
    long least(Request request, int budget) {
        Ahead all = request.ahead(0, contextLength);
        long answer = all.answer() == contextLength ? 0 : all.answer();
        return bytes(
                request.asked().kv(), 0, request.firstChange(contextLength), new Ahead(all.unread(), answer), budget);
    }

    private long bytes(KvOptions kv, int held, int toChange, Ahead ahead, int budget) {
        long entries = kv.full() ? held + ahead.all() : compressed(kv, held, toChange, ahead, budget);
        int most = (int) Math.min(contextLength, Math.max(1, entries));
        int longest = kv.competes() ? (int) Math.min(contextLength, 2L * most) : most;
        return room.bytes(kv, most, longest);
    }

    /** Up to the next change, and between two later ones, first in what is left of the prompt, then in the answer. */
    private static long compressed(KvOptions kv, int held, int toChange, Ahead ahead, int budget) {
        long first = held + Math.min(toChange, ahead.all());
        long restOfPrompt = Math.max(0, ahead.unread() - toChange);
        long between = Math.max(Math.min(kv.prefillLimit(), restOfPrompt), Math.min(kv.interval(), ahead.answer()));
        long later = Math.min(budget, held + ahead.all()) + between;
        boolean repeats = kv.policy().reconstructs() && ahead.unread() > 1;
        return Math.max(first, later) + (repeats ? KvOptions.REPEATED : 0);
    }

    /**
     * What a request has before it.
     *
     * @param unread tokens of its log that the cache has not read
     * @param answer tokens that it may yet choose
     */
    record Ahead(long unread, long answer) {
        long all() {
            return unread + answer;
        }
    }
}
