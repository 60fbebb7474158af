/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.decode;

import io.headwater.model.decoding.DecodeListener;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The requests of a gateway that have not ended, in the order in which they came, and the numbers that decoders know them by. Owned by the gateway. */
final class OpenRequests {
    private final Map<Long, Handed> bySession = new LinkedHashMap<>();
    private final Map<Long, Handed> byNumber = new HashMap<>();
    /** Over, but their sessions' caches may have stayed, and be brought down: by the number of the last handing in. */
    private final Map<Long, Idle> idle = new HashMap<>();

    private long lastNumber;

    /** The session's request; null if it has none. */
    @Nullable
    Handed get(long session) {
        return bySession.get(session);
    }

    /** The request that was handed in under this number last; null if that is over. */
    @Nullable
    Handed numbered(long number) {
        return byNumber.get(number);
    }

    int size() {
        return bySession.size();
    }

    void add(Handed handed) {
        bySession.put(handed.session(), handed);
    }

    /** As they are now: what is done to them does not change this list. */
    List<Handed> all() {
        return List.copyOf(bySession.values());
    }

    /** It is being handed in, under a new number, the old one means nothing any more; nor does what its session left idle, since it goes on without that. */
    void renumber(Handed handed) {
        forgetIdle(handed.session());
        forgetNumber(handed);
        handed.handedIn(++lastNumber);
        byNumber.put(handed.number, handed);
    }

    void forgetNumber(Handed handed) {
        byNumber.remove(handed.number);
    }

    boolean isNumbered(Handed handed) {
        return byNumber.containsKey(handed.number);
    }

    /** A decoder has ended it well, and its session may go on. */
    void rest(Handed handed) {
        idle.put(handed.number, new Idle(handed.session(), handed.listener()));
    }

    /** It ends and no decoder has had it: whoever heard it hears of the cache that its session has from before. */
    void follow(Handed handed) {
        idle.replaceAll(
                (_, one) -> one.session() == handed.session() ? new Idle(one.session(), handed.listener()) : one);
    }

    /** That one, if its session has handed in nothing since. */
    @Nullable
    Idle idle(long number) {
        return idle.get(number);
    }

    /** The session's cache is not wanted any more, or a decoder has a request of it again. */
    void forgetIdle(long session) {
        idle.values().removeIf(one -> one.session() == session);
    }

    void remove(Handed handed) {
        bySession.remove(handed.session());
        forgetNumber(handed);
    }

    /** A session without a request at a decoder, and who heard its last one. */
    record Idle(long session, DecodeListener listener) {}
}
