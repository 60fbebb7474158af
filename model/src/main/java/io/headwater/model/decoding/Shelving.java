/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.engine.EngineException;
import io.headwater.model.engine.NoKvMemoryException;
import io.headwater.model.engine.Sequence;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.saved.CacheShelf;
import io.headwater.model.saved.CacheShelf.Saved;
import io.headwater.model.saved.NoShelf;
import java.util.Optional;

/** Which caches go to the shelf, when, and which come back from there. Owned by the decode loop. */
final class Shelving {
    /** Between two snapshots of a session at work: as many are read again at most, in a second or so. */
    private static final int LEAST_TOKENS = 256;
    /** A large cache takes long to write: it is written so rarely, by the entries of its heads in the mean, that this stays below the time of its tokens. */
    private static final int TOKENS_PER_ENTRY = 1;
    /** So few are read again sooner than a snapshot is written. */
    private static final int FEW_TOKENS = 128;

    private final CacheShelf shelf;

    Shelving(CacheShelf shelf) {
        this.shelf = shelf;
    }

    /** A session's cache has just changed shape, and goes on: the best moment to save it, since it is at its smallest. */
    void changed(SessionCache cache) {
        if (saves(cache) && cache.unsaved() >= Math.max(LEAST_TOKENS, TOKENS_PER_ENTRY * cache.held())) {
            save(cache);
        }
    }

    /** A session's cache leaves the memory. */
    void leaves(SessionCache cache) {
        if (saves(cache) && cache.unsaved() >= FEW_TOKENS) {
            save(cache);
        }
    }

    private boolean saves(SessionCache cache) {
        return !(shelf instanceof NoShelf) && cache.mayBeSaved();
    }

    private void save(SessionCache cache) {
        shelf.save(cache.shelf(), cache.sequence(), cache.saved());
        cache.isSaved();
    }

    /** Nothing is wanted any more of a session that is known by this. */
    void drop(long name) {
        shelf.drop(name);
    }

    /**
     * A session's cache from the shelf, if there is one from which the request's tokens go on.
     *
     * @throws NoKvMemoryException if there is one, and no room for it
     * @throws EngineException if the engine is broken
     */
    Optional<SessionCache> back(Request request, TokenLog log, Course course) throws EngineException {
        long name = request.asked().shelf();
        KvOptions kv = request.asked().kv();
        if (name == DecodeRequest.NO_SHELF) {
            return Optional.empty();
        }
        for (Saved saved : shelf.of(name)) {
            if (saved.position() > request.mostCached()) {
                continue; // of tokens that the log had not got yet when the process died: an older one is there
            }
            ChangeLog due = ChangeLog.due(course.changes(), course.budgets(), saved.position());
            boolean split = course.changes().splitsStages(saved.position(), due.last());
            if (split || !CacheDigest.of(log, saved.position(), due).equals(saved.digest())) {
                shelf.drop(name, saved);
                continue;
            }
            Optional<Sequence> restored = shelf.restore(name, kv, due.budget(kv.budget()), saved);
            if (restored.isPresent()) {
                return Optional.of(new SessionCache(request.asked(), restored.get(), log, course, due));
            }
        }
        return Optional.empty();
    }
}
