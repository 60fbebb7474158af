/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.decode;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sessions whose caches are leaving the memory, and who wants to know that they have. Owned by the gateway. */
final class Parking {
    private final Map<Long, Runnable> waiting = new HashMap<>();
    private long epoch;

    void add(long session, Runnable done) {
        done(session);
        waiting.put(session, done);
    }

    void done(long session) {
        @Nullable Runnable done = waiting.remove(session);
        if (done != null) {
            done.run();
        }
    }

    /** A plan serves, or none (0): caches of another one are gone. */
    void serves(long now) {
        if (now != epoch) {
            epoch = now;
            List<Runnable> all = List.copyOf(waiting.values());
            waiting.clear();
            all.forEach(Runnable::run);
        }
    }
}
