/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.engine.EngineException;
import io.headwater.model.engine.KvRoom;
import io.headwater.model.engine.StepEngine;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.tensors.kernels.KvLayout;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is done where a step finds no KV memory: nobody's caches go first, then an idle session's reconstruction ends where it is and idle sessions shrink (a full cache, which cannot, leaves the memory), then
 * those at work, whoever holds most first, whose reconstructions end likewise before, and then idle ones leave. Nothing is promised beforehand, so where memory is enough nothing happens. Budgets
 * rise again, by doubling, while half of the memory is free. All of it are {@link BudgetEvent}s, so no replay has to decide it again. Owned by the decode
 * loop.
 */
final class Supervision {
    /** A part of a reconstruction that was cut before it came so far would not fare better again. */
    private static final int LITTLE = Reconstruction.LEAST_PART;

    /** Heads are charged whole blocks: a budget below one, or a change after fewer tokens, frees nothing. */
    private static final int BLOCK = KvLayout.BLOCK_ENTRIES;

    /** Of each node; what one has no room for, none does. */
    private final List<KvRoom> rooms;

    private final BudgetSteps steps;
    private final Caches caches;
    private final List<Running> running;
    private final WaitingRequests waiting;
    private final IdleReconstruction repeats;

    /** {@code running} and {@code waiting} are the loop's. */
    Supervision(
            StepEngine engine,
            Caches caches,
            List<Running> running,
            WaitingRequests waiting,
            IdleReconstruction repeats) {
        this.rooms = engine.kvRooms();
        this.steps = new BudgetSteps(engine);
        this.caches = caches;
        this.running = running;
        this.waiting = waiting;
        this.repeats = repeats;
    }

    /** Whether memory has a limit that is known here. */
    boolean limited() {
        return rooms.stream().anyMatch(room -> room.limitBytes() != Long.MAX_VALUE);
    }

    /** Why a request cannot be done, whatever else there is; empty if it may be. */
    String never(DecodeRequest asked) {
        int least = least(asked);
        for (KvRoom room : rooms) {
            long bytes = room.leastBytes(least);
            if (bytes > room.limitBytes()) {
                return "this request needs at least " + mebibytes(bytes) + " MiB of KV memory" + ofANode() + ", for "
                        + least + " entries of each head, and all sessions together may have "
                        + mebibytes(room.limitBytes()) + " MiB: " + ADVICE;
            }
        }
        return "";
    }

    private String ofANode() {
        return rooms.size() > 1 ? " of a node" : "";
    }

    /** The node that has least left, as a part of its limit. */
    private KvRoom fullest() {
        return rooms.stream()
                .max(Comparator.comparingDouble(room -> (double) room.usedBytes() / room.limitBytes()))
                .orElseThrow();
    }

    private static final String ADVICE = "raise --kv-memory, give fewer tokens, or a --kv-policy with a smaller"
            + " --kv-budget or --kv-prefill-limit";

    /** Entries of a head without which the request's last token is not read. */
    private static int least(DecodeRequest asked) {
        int rows = switch (asked) {
            case DecodeRequest.Generate generate -> generate.log().size();
            case DecodeRequest.Score score -> Scoring.rows(score);
        };
        return asked.kv().full() ? rows : Math.min(rows, asked.kv().leastBudget());
    }

    /** What a request hears that has no room although it is alone. */
    String alone() {
        return "; no other session is left in memory: " + ADVICE + " (it is "
                + mebibytes(fullest().limitBytes()) + " MiB)";
    }

    /** What those hear who wait for memory too long, or find the queue full. */
    String state() {
        KvRoom room = fullest();
        return "sessions at work hold " + mebibytes(room.usedBytes()) + " of " + mebibytes(room.limitBytes())
                + " MiB of KV memory" + ofANode();
    }

    /**
     * Takes one measure to free memory; false if none is left but to take a session out. Where no limit is known, nobody's budget falls.
     *
     * @throws EngineException if the engine is broken
     */
    boolean relieves() throws EngineException {
        if (!limited()) {
            return repeats.givesBack() || caches.freeOldest();
        }
        return caches.freeLeft()
                || repeats.givesBack()
                || shrinks(idle())
                || caches.freeOldestFull()
                || shrinks(running.stream().map(one -> one.work().cache()).toList())
                || caches.freeOldest();
    }

    /** But for those that somebody has asked to go on: that request does not know of a change now. */
    private List<SessionCache> idle() {
        return caches.kept().stream()
                .filter(cache -> waiting.of(cache.session()) == null)
                .toList();
    }

    /** Whoever holds most gives first. */
    private boolean shrinks(List<SessionCache> sessions) throws EngineException {
        @Nullable
        SessionCache most = sessions.stream()
                .filter(cache -> cache.mayCut() || mayShrink(cache))
                .reduce((a, b) -> b.held() > a.held() ? b : a)
                .orElse(null);
        if (most == null) {
            return false;
        }
        if (most.mayCut()) {
            cut(most);
        } else {
            steps.change(most, smaller(most));
        }
        return true;
    }

    /** What it was about to repeat it asks for again, in another part; where this one has not come far, from smaller heads, or not at all. */
    private void cut(SessionCache cache) throws EngineException {
        boolean gives = cache.sequence().repeated() > 0;
        int progress = cache.progress();
        steps.cut(cache, true);
        if (!gives) {
            return; // whole parts before it, of which the log knows now: it may shrink next time
        }
        if (progress < LITTLE && mayShrink(cache)) {
            steps.change(cache, smaller(cache));
        } else if (progress < BLOCK) {
            cache.leaveOutParts();
        }
    }

    /** Where not a row of a reconstruction has room, and nothing else can be done, it is left out; false if it is something else that has no room. */
    boolean leavesOut(SessionCache cache) {
        return cache.leaveOutParts();
    }

    private static boolean mayShrink(SessionCache cache) {
        return cache.mayChangeBudget() && (overdue(cache) || smaller(cache) < Math.min(cache.budget(), cache.held()));
    }

    /** To the budget that it has, if there is more, then by half, down to its sinks and window or a block. */
    private static int smaller(SessionCache cache) {
        return overdue(cache)
                ? cache.budget()
                : Math.max(least(cache.options()), Math.min(cache.budget(), cache.held()) / 2);
    }

    private static boolean overdue(SessionCache cache) {
        return cache.held() > cache.budget() && cache.sinceChange() >= BLOCK;
    }

    private static int least(KvOptions kv) {
        return Math.max(kv.leastBudget(), Math.min(kv.budget(), BLOCK));
    }

    /**
     * Raises the smallest budget that has fallen, if half of the memory is free on every node: of tokens to come more are kept. Nothing where there is no limit.
     *
     * @throws EngineException if the engine is broken
     */
    void grow() throws EngineException {
        if (!limited()) {
            return;
        }
        @Nullable SessionCache smallest = null;
        for (int i = 0; i < running.size(); i++) {
            SessionCache cache = running.get(i).work().cache();
            if (mayGrow(running.get(i).work()) && (smallest == null || cache.budget() < smallest.budget())) {
                smallest = cache;
            }
        }
        if (smallest != null && halfIsFree()) {
            steps.change(smallest, Math.min(smallest.options().budget(), 2 * smallest.budget()));
        }
    }

    private boolean halfIsFree() {
        for (int i = 0; i < rooms.size(); i++) {
            if (rooms.get(i).usedBytes() > rooms.get(i).limitBytes() / 2) {
                return false;
            }
        }
        return true;
    }

    /** Not more often than a cache changes anyway: in the middle of a prompt, where it does not, only if nothing has to go for it. */
    private static boolean mayGrow(Work work) {
        SessionCache cache = work.cache();
        return cache.budget() < cache.options().budget()
                && cache.sinceChange() >= cache.options().interval() - 1
                && (work.decoding() || cache.held() <= cache.budget())
                && (!cache.waitsForIdle() || cache.held() <= 2 * cache.budget())
                && cache.mayChangeBudget();
    }

    /** Those that have less than they asked for. */
    ShrunkSessions shrunk() {
        ShrunkSessions shrunk = ShrunkSessions.NONE;
        for (Running one : running) {
            shrunk = shrunk.and(one.work().cache());
        }
        for (SessionCache cache : caches.kept()) {
            shrunk = shrunk.and(cache);
        }
        return shrunk;
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f", bytes / 1048576.0);
    }
}
