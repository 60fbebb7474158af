/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.engine.EngineException;
import io.headwater.model.engine.NoKvMemoryException;
import io.headwater.model.engine.StepEngine;
import io.headwater.model.saved.CacheShelf;
import io.headwater.model.saved.NoShelf;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a request's cache comes from and where it goes: a session's own that stayed in memory, one from the shelf, one that another request has left and whose
 * tokens this one begins with, or an empty one. Which of them changes no bit. Owned by the decode loop.
 */
final class Caches {
    private final StepEngine engine;
    private final Reconstruction reconstruction;
    private final KeptCaches kept;
    private final BudgetSteps steps;
    private Shelving shelving = new Shelving(NoShelf.NONE);

    Caches(StepEngine engine, BatchingOptions options, Reconstruction reconstruction) {
        this.engine = engine;
        this.reconstruction = reconstruction;
        this.steps = new BudgetSteps(engine);
        this.kept = new KeptCaches(engine, options.maxKept(), options.maxLeft(), this::leaves);
    }

    void keepOn(CacheShelf shelf) {
        shelving = new Shelving(shelf);
    }

    /**
     * The cache from which a request goes on; {@code relieves} makes room for one from the shelf, or says that there is none to be had.
     *
     * @throws IllegalArgumentException if its turns do not follow each other, or its budgets are impossible
     */
    SessionCache begin(Request request, Relief relieves) throws EngineException {
        ChangePoints changes = request.changePoints(engine.contextLength());
        BudgetLog budgets = request.budgets();
        Course course = new Course(changes, budgets, reconstruction, engine.contextLength());
        TokenLog log = new TokenLog(request.asked().log(), request.room(engine.contextLength()));
        @Nullable SessionCache old = kept.take(request.session()).orElse(null);
        if (old != null && old.unsettled()) {
            cut(old);
        }
        if (old != null && old.leadsTo(request.asked().log(), request.mostCached(), course)) {
            old.goOnWith(request.asked(), log, course);
            return old;
        }
        if (old != null) {
            engine.close(old.sequence());
        }
        return shelved(request, log, course, relieves)
                .or(() -> left(request, log, course))
                .orElseGet(() -> new SessionCache(
                        request.asked(),
                        engine.open(request.session(), request.asked().kv()),
                        log,
                        course));
    }

    /** A message does not wait for the end of the part that is under way, and hears of what there is of it. */
    private void cut(SessionCache idle) throws EngineException {
        try {
            steps.cut(idle, false);
        } catch (EngineException e) {
            engine.close(idle.sequence()); // it is nobody's by now
            throw e;
        }
    }

    /** Takes one measure to free memory; false if there is none. */
    interface Relief {
        boolean relieves() throws EngineException;
    }

    private Optional<SessionCache> shelved(Request request, TokenLog log, Course course, Relief relief)
            throws EngineException {
        while (true) {
            try {
                return shelving.back(request, log, course);
            } catch (NoKvMemoryException e) {
                if (!relief.relieves()) {
                    return Optional.empty(); // it is read again, in steps that may be short
                }
            }
        }
    }

    private Optional<SessionCache> left(Request request, TokenLog log, Course course) {
        Optional<SessionCache> left = kept.takeLeft(request.asked().log(), request.mostCached(), course);
        left.ifPresent(cache -> cache.goOnWith(request.asked(), log, course));
        return left;
    }

    /** A request is over; {@code keeps}: its session may go on. */
    void end(SessionCache cache, boolean keeps) {
        if (keeps) {
            kept.keep(cache);
        } else {
            kept.leave(cache);
        }
    }

    /** A session's cache has passed a change point. */
    void changed(SessionCache cache) {
        shelving.changed(cache);
    }

    /** What may be wanted after the end of this process is put on the shelf. */
    void save(SessionCache cache) {
        leaves(cache);
    }

    /** From the middle of a reconstruction nobody can go on. */
    private void leaves(SessionCache cache) {
        if (!cache.unsettled()) {
            shelving.leaves(cache);
        }
    }

    /** Whether it is an idle session's that is still here. */
    boolean keeps(SessionCache cache) {
        return kept.has(cache);
    }

    /** Frees the cache that was used longest ago; false if there is none. */
    boolean freeOldest() {
        return kept.freeOldest();
    }

    /** Frees one of nobody's caches; false if there is none. */
    boolean freeLeft() {
        return kept.freeLeft();
    }

    /** Frees the idle session's full cache that was used longest ago; false if there is none. */
    boolean freeOldestFull() {
        return kept.freeOldest(cache -> cache.options().full());
    }

    /** Those of idle sessions. */
    List<SessionCache> kept() {
        return kept.all();
    }

    /** What those hold. */
    long keptBytes() {
        return kept.bytes();
    }

    /** What nobody's hold. */
    long leftBytes() {
        return kept.leftBytes();
    }

    Optional<SessionCache> kept(long session) {
        return kept.all().stream().filter(cache -> cache.session() == session).findFirst();
    }

    /** Frees an idle session's cache, which is damaged. */
    void drop(SessionCache cache) {
        kept.release(cache.session());
    }

    void park(long session) {
        kept.park(session);
    }

    void parkAll(BooleanSupplier enough) {
        kept.parkAll(enough);
    }

    void release(long session) {
        kept.release(session);
    }

    /** What is on the shelf of a session that is known there by this is not wanted any more. */
    void forget(long name) {
        shelving.drop(name);
    }

    void releaseAll() {
        kept.releaseAll();
    }
}
