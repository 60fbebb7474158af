/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.saved;

import io.headwater.model.engine.Sequence;
import io.headwater.model.kvcache.KvOptions;
import java.util.List;
import java.util.Optional;

/** Every cache is built again of its tokens. */
public final class NoShelf implements CacheShelf {
    public static final CacheShelf NONE = new NoShelf();

    private NoShelf() {}

    @Override
    public void save(long session, Sequence sequence, Saved as) {}

    @Override
    public List<Saved> of(long session) {
        return List.of();
    }

    @Override
    public Optional<Sequence> restore(long session, KvOptions kv, int budget, Saved saved) {
        return Optional.empty();
    }

    @Override
    public void drop(long session, Saved saved) {}

    @Override
    public void drop(long session) {}
}
