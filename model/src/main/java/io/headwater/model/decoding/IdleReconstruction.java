/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.engine.EngineException;
import io.headwater.model.engine.KvRoom;
import io.headwater.model.engine.StepEngine;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.tensors.kernels.KvLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Has sessions repeat their context whose policy waits with that ({@code when=idle}): idle ones, one at a time, whoever holds most first; and where memory
 * is short also one at work, which answers some tokens between two parts. Each part is decided by itself and told as an event, so a session can go on after
 * any row of one. When all is repeated, the heads are brought down to the budget. Owned by the decode loop.
 */
final class IdleReconstruction {
    /** Of a session at work. */
    private static final int TOKENS_BETWEEN_PARTS = KvOptions.LEAST_INTERVAL;

    private static final int BLOCK = KvLayout.BLOCK_ENTRIES;

    private final List<KvRoom> rooms;
    private final BudgetSteps steps;
    private final Caches caches;
    private final List<Running> running;
    private final WaitingRequests waiting;
    /** The idle session of which a part is under way. */
    private @Nullable SessionCache idle;
    /** The session at work that was asked for a part last. */
    private @Nullable SessionCache pausing;
    /** For which memory had no room; until another request has ended, or a session has been brought down. */
    private final List<SessionCache> refused = new ArrayList<>();

    private boolean memoryIsShort;
    /** Whether an idle session may have become one that wants to repeat. */
    private boolean look;

    /** {@code running} and {@code waiting} are the loop's. */
    IdleReconstruction(StepEngine engine, Caches caches, List<Running> running, WaitingRequests waiting) {
        this.rooms = engine.kvRooms();
        this.steps = new BudgetSteps(engine);
        this.caches = caches;
        this.running = running;
        this.waiting = waiting;
    }

    /** A request has ended: there may be one more idle session, and more room. */
    void requestEnded() {
        refused.clear();
        look = true;
    }

    /** Whether less than a quarter of a node's memory is free. */
    boolean memoryIsShort() {
        return memoryIsShort;
    }

    /** The idle session whose rows may be in the next step; null if there is none. */
    @Nullable
    SessionCache idle() {
        SessionCache one = idle;
        return one == null || waiting.of(one.session()) != null ? null : one;
    }

    /** Chooses who repeats in the next step; true if instead a session has been brought down, since it has repeated all. */
    boolean next() throws EngineException {
        memoryIsShort = staysShort();
        SessionCache before = idle;
        if (before != null && !(caches.keeps(before) && before.asked())) {
            idle = null;
            look = true;
        }
        while (idle == null && look) {
            @Nullable SessionCache next = nextIdle();
            look = next != null;
            if (next != null && begin(next)) {
                caches.changed(next);
                return true;
            }
        }
        @Nullable SessionCache atWork = nextAtWork();
        if (atWork == null || !begin(atWork)) {
            return false;
        }
        saveAtWork(atWork);
        return true;
    }

    /** It has just been brought down, and may never come to a change point: else nothing of a long answer would be on the shelf. */
    private void saveAtWork(SessionCache cache) {
        for (Running one : running) {
            if (one.work().cache().equals(cache)
                    && one.work().keeps()
                    && !one.request().released()) {
                caches.changed(cache);
            }
        }
    }

    private @Nullable SessionCache nextIdle() {
        @Nullable SessionCache most = null;
        for (SessionCache cache : caches.kept()) {
            if (wants(cache) && waiting.of(cache.session()) == null && (most == null || cache.held() > most.held())) {
                most = cache;
            }
        }
        return most;
    }

    /** The one at work that has just repeated all, else, where memory is short, one that has answered some tokens since its last part. */
    private @Nullable SessionCache nextAtWork() {
        SessionCache paused = pausing;
        if (paused != null && isRunning(paused)) {
            if (paused.asked()) {
                return null;
            }
            pausing = null;
            if (wants(paused) && paused.repeated() == paused.position()) {
                return paused;
            }
        } else {
            pausing = null;
        }
        @Nullable SessionCache most = null;
        for (int i = 0; memoryIsShort && i < running.size(); i++) { // in every step: no garbage
            Work work = running.get(i).work();
            if (mayPause(work)
                    && wants(work.cache())
                    && (most == null || work.cache().held() > most.held())) {
                most = work.cache();
            }
        }
        return most;
    }

    private boolean isRunning(SessionCache cache) {
        for (int i = 0; i < running.size(); i++) {
            if (running.get(i).work().cache().equals(cache)) {
                return true;
            }
        }
        return false;
    }

    private static boolean mayPause(Work work) {
        return work.decoding()
                && work.cache().sinceChange() >= BLOCK
                && work.cache().sincePart() >= TOKENS_BETWEEN_PARTS;
    }

    private boolean wants(SessionCache cache) {
        return cache.waitsForIdle()
                && cache.sinceChange() > 0
                && cache.held() > cache.budget()
                && cache.mayChangeBudget()
                && !refused.contains(cache);
    }

    /** Begins the next part, or brings down who has repeated all: then true. */
    private boolean begin(SessionCache cache) throws EngineException {
        if (cache.repeated() == cache.position()) {
            steps.change(cache, cache.budget());
            refused.clear();
            look = true;
            return true;
        }
        if (!cache.askPart(mostRows())) {
            refused.add(cache);
        } else if (caches.keeps(cache)) {
            idle = cache;
        } else {
            pausing = cache;
        }
        return false;
    }

    /** Rows of a part for which there is room, beside requests with as much left for them. */
    private int mostRows() {
        long rows = KvOptions.REPEATED;
        for (KvRoom room : rooms) {
            if (room.limitBytes() != Long.MAX_VALUE) {
                long free = Math.max(0, room.limitBytes() - room.usedBytes());
                rows = Math.min(rows, free / (running.isEmpty() ? 1 : 2) / Math.max(1, room.leastBytes(1)) * BLOCK);
            }
        }
        return (int) rows;
    }

    /** Where a session waits for that, what belongs to nobody goes first. */
    private boolean staysShort() {
        while (isShort()) {
            if (caches.leftBytes() == 0 || !anyWaits() || !caches.freeLeft()) {
                return true;
            }
        }
        return false;
    }

    private boolean anyWaits() {
        for (int i = 0; i < running.size(); i++) {
            if (running.get(i).work().cache().waitsForIdle()) {
                return true;
            }
        }
        return caches.kept().stream().anyMatch(this::wants);
    }

    private boolean isShort() {
        for (int i = 0; i < rooms.size(); i++) {
            long limit = rooms.get(i).limitBytes();
            if (limit != Long.MAX_VALUE && rooms.get(i).usedBytes() > limit - limit / 4) {
                return true;
            }
        }
        return false;
    }

    /** Ends a part that the supervisor has asked for where it is, for want of memory; it is not asked for again until there may be more. */
    void stop(SessionCache cache) throws EngineException {
        refused.add(cache);
        cut(cache);
    }

    /** A request of its session that waits knows nothing of this: it hears of it when it begins. */
    private void cut(SessionCache cache) throws EngineException {
        steps.cut(cache, waiting.of(cache.session()) == null);
    }

    /** The idle session's part ends where it is; false if that frees nothing. */
    boolean givesBack() throws EngineException {
        SessionCache one = idle;
        if (one == null || !caches.keeps(one) || !one.asked()) {
            return false;
        }
        boolean gives = one.mayCut();
        stop(one);
        return gives;
    }

    /** A session's cache leaves the memory: its part that is under way ends where it is, so that others can go on from there. */
    void settle(long session) throws EngineException {
        SessionCache one = idle;
        if (one != null && one.session() == session) {
            settle();
        }
    }

    /** As the other, of whatever session. */
    void settle() throws EngineException {
        SessionCache one = idle;
        if (one != null && caches.keeps(one) && one.mayCut()) {
            cut(one);
        }
    }
}
