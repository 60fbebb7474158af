/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.kvcache.KvOptions;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Divides an engine's KV memory over the sessions of a decode loop. Each is promised the most that its request will come to; where that is more than there
 * is, nobody's caches go first, then idle sessions shrink (a full cache, which cannot, leaves the memory), then those at work together with the one that
 * waits, the largest budget first and by half, never below sinks and window; then idle ones leave the memory; then the one that waits goes on waiting.
 * Budgets rise again, by doubling, while nobody waits and a quarter of the memory stays free. What it decides are {@link BudgetEvent}s, so no replay has to
 * decide it again. Owned by the decode loop.
 */
final class Supervision {
    /** Budgets grow as long as so much is promised at most: three quarters. */
    private static final long GROW_NUMERATOR = 3;

    private static final long GROW_DENOMINATOR = 4;

    private final KvNeed need;
    private final Caches caches;
    private final List<Running> running;

    /** {@code running} is the loop's. */
    Supervision(KvNeed need, Caches caches, List<Running> running) {
        this.need = need;
        this.caches = caches;
        this.running = running;
    }

    /** Whether memory has a limit that is known here. */
    boolean limited() {
        return need.limited();
    }

    /** Why a request could not even be done alone; empty if it could. */
    String never(Request request) {
        if (!limited()) {
            return "";
        }
        KvOptions kv = request.asked().kv();
        long least = need.least(request, least(request, kv));
        return least <= need.limitBytes()
                ? ""
                : "this request needs up to " + mebibytes(least) + " MiB of KV memory, and sessions may have "
                        + mebibytes(need.limitBytes())
                        + ": raise --kv-memory, ask for fewer tokens (-n), give a --kv-policy with a smaller --kv-budget,"
                        + " or lower --kv-prefill-limit";
    }

    /** How much is promised, for those who are refused. */
    String state() {
        return mebibytes(promised(-1)) + " of " + mebibytes(need.limitBytes()) + " MiB of KV memory are promised";
    }

    /** Makes room for a request and takes note of the budget with which it begins; false if it has to wait. */
    boolean makesRoom(Request request) {
        if (!limited()) {
            return true;
        }
        @Nullable SessionCache own = caches.kept(request.session()).orElse(null);
        KvOptions kv = request.asked().kv();
        int budget = own == null ? request.budget() : own.budget();
        if (!running.isEmpty() && !possible(request, own)) {
            return false; // nothing need change for that
        }
        while (needed(request, own, budget) > need.limitBytes() - promised(request.session())) {
            boolean mayShrink = !kv.full() && request.logged() && budget > kv.leastBudget();
            if (caches.freeLeft() || shrinkIdle(request.session())) {
                continue;
            }
            @Nullable Running largest = largest();
            if (mayShrink && (largest == null || largest.work().cache().budget() <= budget)) {
                budget = half(kv, budget);
            } else if (largest != null) {
                shrink(largest.work().cache());
            } else if (!caches.freeOldest(request.session())) {
                return running.isEmpty(); // alone it gets what there is
            }
        }
        request.beginsWith(budget);
        return true;
    }

    private static int least(Request request, KvOptions kv) {
        return kv.full() || !request.logged() ? kv.budget() : kv.leastBudget();
    }

    /** Whether all would fit, with their least budgets, and no idle session's cache in memory. */
    private boolean possible(Request request, @Nullable SessionCache own) {
        long bytes = needed(request, own, least(request, request.asked().kv()));
        for (Running one : running) {
            SessionCache cache = one.work().cache();
            boolean falls = one.request().logged() && shrinks(cache);
            bytes += need.of(one, falls ? cache.options().leastBudget() : cache.budget());
        }
        return bytes <= need.limitBytes();
    }

    private long needed(Request request, @Nullable SessionCache own, int budget) {
        return own == null ? need.of(request, budget) : need.of(request, own, budget);
    }

    /** One measure more where a step has no room in spite of all promises; false if none is left but to take a session out. */
    boolean relieves() {
        if (caches.freeLeft() || shrinkIdle(-1)) {
            return true;
        }
        @Nullable Running largest = largest();
        if (largest != null) {
            shrink(largest.work().cache());
            return true;
        }
        return caches.freeOldest();
    }

    /** Promised to all sessions but this one. */
    private long promised(long except) {
        long bytes = 0;
        for (int i = 0; i < running.size(); i++) {
            bytes += need.of(running.get(i), running.get(i).work().cache().budget());
        }
        long[] idle = {0};
        caches.forEachKept(cache -> idle[0] += cache.session() == except ? 0 : need.idle(cache, cache.budget()));
        return bytes + idle[0] + caches.leftBytes(need);
    }

    private boolean shrinkIdle(long except) {
        SessionCache[] largest = new SessionCache[1];
        caches.forEachKept(cache -> {
            if (cache.session() != except
                    && shrinks(cache)
                    && (largest[0] == null || cache.budget() > largest[0].budget())) {
                largest[0] = cache;
            }
        });
        if (largest[0] != null) {
            shrink(largest[0]);
            return true;
        }
        return caches.freeOldestFull(except);
    }

    /** The one at work with the largest budget that may fall. */
    private @Nullable Running largest() {
        @Nullable Running largest = null;
        for (Running one : running) {
            SessionCache cache = one.work().cache();
            if (one.request().logged()
                    && shrinks(cache)
                    && (largest == null
                            || cache.budget() > largest.work().cache().budget())) {
                largest = one;
            }
        }
        return largest;
    }

    private static boolean shrinks(SessionCache cache) {
        return cache.mayChangeBudget() && cache.budget() > cache.options().leastBudget();
    }

    private static void shrink(SessionCache cache) {
        cache.decideBudget(half(cache.options(), cache.budget()));
    }

    private static int half(KvOptions kv, int budget) {
        return Math.max(kv.leastBudget(), budget / 2);
    }

    /** Raises a budget, if memory is free: of tokens to come more are kept. */
    void grow() {
        if (!limited()) {
            return;
        }
        Optional<Running> smallest = running.stream()
                .filter(one -> one.request().logged() && grows(one.work().cache()))
                .min((a, b) -> Integer.compare(
                        a.work().cache().budget(), b.work().cache().budget()));
        if (smallest.isEmpty()) {
            return;
        }
        SessionCache cache = smallest.get().work().cache();
        int doubled = Math.min(cache.options().budget(), 2 * cache.budget());
        long more = need.of(smallest.get(), doubled) - need.of(smallest.get(), cache.budget());
        if (promised(-1) + more <= need.limitBytes() / GROW_DENOMINATOR * GROW_NUMERATOR) {
            cache.decideBudget(doubled);
        }
    }

    /** Not more often than a cache changes anyway. */
    private static boolean grows(SessionCache cache) {
        return cache.mayChangeBudget()
                && cache.budget() < cache.options().budget()
                && cache.position() - cache.changed().last() >= cache.options().interval() - 1;
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f", bytes / 1048576.0);
    }
}
