/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.decode;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.model.decoding.DecodeClient;
import io.headwater.model.decoding.DecodeEvent;
import io.headwater.model.decoding.DecodeEvent.Failed;
import io.headwater.model.decoding.DecodeEvent.Failure;
import io.headwater.model.decoding.DecodeListener;
import io.headwater.model.decoding.DecodeRequest;
import io.headwater.model.decoding.TokenIds;
import io.headwater.model.generation.TurnOptions;
import io.headwater.model.sampling.SamplingOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

final class DecodeDeskTest {
    /** A decode loop with nothing to do. */
    private static class IdleClient implements DecodeClient {
        @Override
        public void submit(DecodeRequest request, DecodeListener listener) {}

        @Override
        public void cancel(long session) {}

        @Override
        public void release(long session) {}

        @Override
        public void park(long session) {}

        @Override
        public boolean await(Duration timeout) {
            return false;
        }

        @Override
        public void wake() {}

        @Override
        public ClientFigures figures() {
            return new ClientFigures(1, 1, 1, "", 0, 0, 0, 0, 0, 0);
        }

        @Override
        public void close() {}
    }

    /** A decode loop with a bug. */
    private static final class BrokenClient extends IdleClient {
        @Override
        public boolean await(Duration timeout) {
            throw new IllegalStateException("a bug in a step");
        }
    }

    /** A decode loop with so many steps to do for a session that is idle. */
    private static final class RepeatingClient extends IdleClient {
        private final AtomicInteger left = new AtomicInteger(1000);

        @Override
        public boolean await(Duration timeout) {
            return left.get() > 0 && left.getAndDecrement() > 0;
        }
    }

    /** With a pause of 100 ms before each of its steps it would take 100 seconds. */
    @Test
    void anIdleSessionsStepsFollowEachOtherWithoutAPause() {
        RepeatingClient client = new RepeatingClient();
        try (DecodeDesk _ = DecodeDesk.start(client, 2)) {
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> client.left.get() == 0);
        }
    }

    private static DecodeRequest request(long id) {
        return new DecodeRequest.Generate(
                id, TokenIds.of(1), 0, SamplingOptions.defaults(), 1, new TurnOptions(5, List.of(), false), false);
    }

    @Test
    void aDecodeLoopThatEndsByABugIsSaidToAllWhoWaitAndToThoseWhoComeLater() {
        List<DecodeEvent> heard = new CopyOnWriteArrayList<>();
        try (DecodeDesk desk = DecodeDesk.start(new BrokenClient(), 2)) {
            assertThat(desk.tryEnter()).isTrue();
            desk.submit(request(1), heard::add);
            Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> heard.size() == 1);

            assertThat(desk.tryEnter()).isFalse();
            desk.enter(); // had a place before
            desk.submit(request(2), heard::add);

            Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> heard.size() == 2);
            assertThat(heard)
                    .allSatisfy(event -> assertThat(((Failed) event).failure()).isEqualTo(Failure.BROKEN))
                    .first()
                    .asString()
                    .contains("a bug in a step");
            assertThat(desk.problem()).contains("start the server again").isEqualTo(desk.closed());
            assertThat(desk.entered()).isZero();
            assertThat(desk.hasPlace()).isFalse();
        }
    }
}
