/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

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
        if (!(shelf instanceof NoShelf) && cache.unsaved() >= Math.max(LEAST_TOKENS, TOKENS_PER_ENTRY * cache.held())) {
            save(cache);
        }
    }

    /** A session's cache leaves the memory. */
    void leaves(SessionCache cache) {
        if (!(shelf instanceof NoShelf) && cache.unsaved() >= FEW_TOKENS) {
            save(cache);
        }
    }

    private void save(SessionCache cache) {
        shelf.save(cache.session(), cache.sequence(), cache.saved());
        cache.isSaved();
    }

    /** Nothing of a session is wanted any more. */
    void drop(long session) {
        shelf.drop(session);
    }

    /**
     * A session's cache from the shelf, if there is one from which these tokens go on.
     *
     * @param most tokens that it may have read
     * @throws NoKvMemoryException if there is one, and no room for it
     */
    Optional<SessionCache> back(long session, KvOptions kv, TokenLog log, int most, Course course)
            throws NoKvMemoryException {
        for (Saved saved : shelf.of(session)) {
            if (saved.position() > most) {
                continue; // of tokens that the log had not got yet when the process died: an older one is there
            }
            ChangeLog due = ChangeLog.due(course.changes(), course.budgets(), saved.position());
            boolean split = course.changes().splitsStages(saved.position(), due.last());
            if (split || !CacheDigest.of(log, saved.position(), due).equals(saved.digest())) {
                shelf.drop(session, saved);
                continue;
            }
            Optional<Sequence> restored = shelf.restore(session, kv, due.budget(kv.budget()), saved);
            if (restored.isPresent()) {
                return Optional.of(new SessionCache(session, restored.get(), log, course, due));
            }
        }
        return Optional.empty();
    }
}
