/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.sessions.log.SessionEvent.Sampled;
import io.headwater.sessions.log.SessionEvent.Told;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

final class EncodedEventsTest {
    private final AtomicInteger encodings = new AtomicInteger();
    private final EncodedEvents events = new EncodedEvents(event -> {
        encodings.incrementAndGet();
        return ByteString.fromString("<" + event.offset() + ">");
    });

    private static List<Told> session(int token) {
        return IntStream.range(0, 100)
                .<Told>mapToObj(offset -> new Sampled(offset, token, "x", offset, null))
                .toList();
    }

    @Test
    void aThousandSubscribersOfASessionCostHardlyMoreThanOneEncoding() {
        List<Told> told = session(1);
        for (int subscriber = 0; subscriber < 1000; subscriber++) {
            assertThat(events.page(told.subList(subscriber % 100, 100)).utf8String())
                    .startsWith("<" + subscriber % 100 + ">")
                    .endsWith("<99>");
        }

        assertThat(encodings.get()) // of 50 500 events; two may share a place, and then take turns
                .isBetween(100, 10_000);
    }

    @Test
    void equalEventsOfManySessionsAreNotTakenForEachOther() {
        List<List<Told>> sessions = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            sessions.add(session(i));
        }
        EncodedEvents tokens = new EncodedEvents(event -> ByteString.fromString(((Sampled) event).token() + " "));

        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 200; i++) {
                assertThat(tokens.page(sessions.get(i)).utf8String()).isEqualTo((i + " ").repeat(100));
            }
        }
    }
}
