/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.saved;

import io.headwater.model.engine.EngineException;
import io.headwater.model.engine.NoKvMemoryException;
import io.headwater.model.engine.Sequence;
import io.headwater.model.kvcache.KvOptions;
import java.util.List;
import java.util.Optional;

/**
 * Where a decode loop puts caches that it may want back. It is a convenience and no memory: whatever is not there, or is damaged, is built again of the
 * session's tokens, with the same bits. Sessions are known here by numbers that are the same in every life of a server. All methods belong to the decode
 * loop's thread.
 */
public interface CacheShelf {
    /**
     * A cache on the shelf.
     *
     * @param position tokens that it has read
     * @param digest of those tokens, of the positions at which the cache has changed shape and of its budgets: whoever has the same can go on from it
     */
    record Saved(int position, String digest) {}

    /** Puts a session's cache there; what fails is said and has no other consequence. */
    void save(long session, Sequence sequence, Saved as);

    /** What there is of a session, the newest first. */
    List<Saved> of(long session);

    /**
     * A sequence that goes on from one of them; empty if it is damaged or does not fit, which is said, and it is gone then.
     *
     * @param budget that was in force there; that of {@code kv} is the most
     * @throws NoKvMemoryException if there is no room for it now
     * @throws EngineException if the engine is broken
     */
    Optional<Sequence> restore(long session, KvOptions kv, int budget, Saved saved) throws EngineException;

    /** Throws one away: the session's tokens have become others. */
    void drop(long session, Saved saved);

    /** Throws away all there is of a session. */
    void drop(long session);
}
