/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import io.headwater.sessions.log.SessionEvent.Told;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Encodes events, each once however many subscribers hear it: those that listen live get the very same objects. Holds the bytes of some thousand events, a
 * new one in the place of whichever was there. Any thread.
 */
final class EncodedEvents {
    private static final int PLACES = 4096;

    private final Function<Told, ByteString> encoder;
    private final AtomicReferenceArray<@Nullable Encoded> places = new AtomicReferenceArray<>(PLACES);

    EncodedEvents(Function<Told, ByteString> encoder) {
        this.encoder = encoder;
    }

    private record Encoded(Told event, ByteString bytes) {}

    /** A page in one piece. */
    ByteString page(List<Told> events) {
        ByteString all = ByteString.emptyByteString();
        for (Told event : events) {
            all = all.concat(one(event));
        }
        return all;
    }

    @SuppressWarnings("ReferenceEquality") // comparing two texts would take as long as encoding one
    private ByteString one(Told event) {
        int place = System.identityHashCode(event) & (PLACES - 1);
        @Nullable Encoded there = places.get(place);
        if (there != null && there.event() == event) {
            return there.bytes();
        }
        ByteString bytes = encoder.apply(event);
        places.set(place, new Encoded(event, bytes));
        return bytes;
    }
}
