/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.decode;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.actors.decode.DecoderReport.Accepted;
import io.headwater.actors.decode.DecoderReport.RequestEvents;
import io.headwater.actors.decode.DecoderReport.Told;
import io.headwater.actors.plan.DecoderMessage;
import io.headwater.model.decoding.DecodeEvent;
import io.headwater.model.decoding.DecodeEvent.Ended;
import io.headwater.model.decoding.DecodeEvent.Prefilled;
import io.headwater.model.decoding.DecodeEvent.SequenceFigures;
import io.headwater.model.decoding.DecodeEvent.Token;
import io.headwater.model.decoding.DecodeListener;
import io.headwater.model.decoding.DecodeRequest;
import io.headwater.model.generation.FinishReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class DecoderTest {
    private static final long EPOCH = 3;
    private final ActorTestKit kit = ActorTestKit.create();
    private final TestProbe<DecoderReport> gateway = kit.createTestProbe();
    private final FakeLoop loop = new FakeLoop();
    private final ActorRef<DecoderMessage> decoder = kit.spawn(Decoder.create(EPOCH, loop));

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    @Test
    void aRequestGoesToTheLoopAndItsEventsComeBackNumbered() {
        submit(1);
        gateway.expectMessage(new Accepted(EPOCH, 1));
        loop.tell(0, token(0));
        assertThat(told(1)).containsExactly(new RequestEvents(1, List.of(token(0))));
        loop.tell(0, token(1));
        assertThat(told(2)).containsExactly(new RequestEvents(1, List.of(token(1))));
    }

    @Test
    void aRepeatedRequestIsConfirmedAgainButHandedInOnce() {
        submit(1);
        submit(1);
        gateway.expectMessage(new Accepted(EPOCH, 1));
        gateway.expectMessage(new Accepted(EPOCH, 1));
        assertThat(loop.submitted).hasSize(1);
    }

    @Test
    void messagesOfOtherEpochsDoNothing() {
        decoder.tell(new Decoder.Submit(EPOCH - 1, 1, Plans.request(10, 5, false), gateway.ref()));
        decoder.tell(new Decoder.Cancel(EPOCH + 1, 10));
        gateway.expectNoMessage(Duration.ofMillis(100));
        assertThat(loop.submitted).isEmpty();
        assertThat(loop.orders).isEmpty();
    }

    @Test
    void reportsThatAreNotConfirmedComeAgainInOrder() {
        submit(1);
        gateway.expectMessage(new Accepted(EPOCH, 1));
        loop.tell(0, token(0));
        told(1);
        loop.tell(0, token(1));
        told(2);
        assertThat(gateway.expectMessageClass(Told.class, Duration.ofSeconds(3)).number())
                .isEqualTo(1);
        told(2);
        decoder.tell(new Decoder.Heard(EPOCH, 2, gateway.ref()));
        gateway.expectNoMessage(Duration.ofMillis(1500));
    }

    @Test
    void behindASlowGatewayEventsGatherAndGoOutTogether() {
        submit(1);
        gateway.expectMessage(new Accepted(EPOCH, 1));
        for (int i = 0; i < Outbox.WINDOW; i++) {
            loop.tell(0, token(i));
            told(i + 1);
        }
        int more = 100;
        for (int i = 0; i < more; i++) {
            loop.tell(0, token(Outbox.WINDOW + i));
        }
        gateway.expectNoMessage(Duration.ofMillis(100));
        decoder.tell(new Decoder.Heard(EPOCH, Outbox.WINDOW, gateway.ref()));
        List<RequestEvents> rest = told(Outbox.WINDOW + 1);
        assertThat(rest).hasSize(1);
        assertThat(rest.getFirst().events()).hasSize(more);
    }

    @Test
    void ofAPromptsProgressOnlyTheNewestIsTold() {
        Outbox outbox = new Outbox(EPOCH);
        outbox.add(1, new Prefilled(1, 9));
        outbox.add(1, new Prefilled(2, 9));
        outbox.add(2, new Prefilled(5, 6));
        Told told = Objects.requireNonNull(outbox.next(DecodeWork.LoopFigures.NONE, 0));
        assertThat(told.requests())
                .containsExactly(
                        new RequestEvents(1, List.of(new Prefilled(2, 9))),
                        new RequestEvents(2, List.of(new Prefilled(5, 6))));
    }

    @Test
    void aNewTurnOfASessionMayComeBeforeTheEndOfTheLastIsConfirmed() {
        submit(1);
        gateway.expectMessage(new Accepted(EPOCH, 1));
        loop.tell(0, new Ended(FinishReason.STOP, "", List.of(), SequenceFigures.NONE));
        told(1);
        decoder.tell(new Decoder.Submit(EPOCH, 2, Plans.request(10, 5, false), gateway.ref()));
        gateway.expectMessage(new Accepted(EPOCH, 2));
        assertThat(loop.submitted).hasSize(2);
    }

    @Test
    void aRequestThatItsGatewayDoesNotKnowEndsUnlessItsSessionHasANewerOne() {
        submit(1);
        gateway.expectMessage(new Accepted(EPOCH, 1));
        decoder.tell(new Decoder.Unknown(EPOCH, 1, gateway.ref()));
        Awaitility.await().untilAsserted(() -> assertThat(loop.orders).containsExactly("cancel 10", "release 10"));
        submit(2); // too early: the loop has not ended the first
        gateway.expectNoMessage(Duration.ofMillis(100));
        loop.tell(0, new Ended(FinishReason.CANCELLED, "", List.of(), SequenceFigures.NONE));
        told(1);
        submit(2);
        gateway.expectMessage(new Accepted(EPOCH, 2));
        decoder.tell(new Decoder.Unknown(EPOCH, 1, gateway.ref()));
        gateway.expectNoMessage(Duration.ofMillis(100));
        assertThat(loop.orders).hasSize(2);
    }

    @Test
    void aLostGatewaysSessionsEndAndAreFreed() {
        ActorRef<DecoderReport> lost = kit.spawn(Behaviors.ignore());
        decoder.tell(new Decoder.Submit(EPOCH, 1, Plans.request(10, 5, true), lost));
        kit.stop(lost);
        Awaitility.await().untilAsserted(() -> assertThat(loop.orders).containsExactly("cancel 10", "release 10"));
    }

    @Test
    void ordersThatTheLoopHadNoRoomForAreRepeatedInOrder() {
        loop.full = true;
        decoder.tell(new Decoder.Cancel(EPOCH, 10));
        decoder.tell(new Decoder.Release(EPOCH, 10, gateway.ref()));
        gateway.expectNoMessage(Duration.ofMillis(100));
        assertThat(loop.orders).isEmpty();
        loop.full = false;
        Awaitility.await().untilAsserted(() -> assertThat(loop.orders).containsExactly("cancel 10", "release 10"));
    }

    @Test
    void aSessionThatIsParkedIsToldWhenTheLoopHasDoneSo() {
        loop.full = true;
        decoder.tell(new Decoder.Park(EPOCH, 10, gateway.ref()));
        decoder.tell(new Decoder.Forget(EPOCH, 5));
        decoder.tell(new Decoder.Park(EPOCH - 1, 11, gateway.ref()));
        gateway.expectNoMessage(Duration.ofMillis(50));
        loop.full = false;
        gateway.expectMessage(new DecoderReport.Parked(EPOCH, 10));
        Awaitility.await().untilAsserted(() -> assertThat(loop.orders).containsExactly("park 10", "forget 5"));
    }

    @Test
    void anOrderThatTheLoopHadNoRoomForDoesNotHitTheSessionsNextRequest() {
        submit(1);
        gateway.expectMessage(new Accepted(EPOCH, 1));
        loop.full = true;
        decoder.tell(new Decoder.Cancel(EPOCH, 10));
        decoder.tell(new Decoder.Cancel(EPOCH, 11));
        loop.tell(0, new Ended(FinishReason.STOP, "", List.of(), SequenceFigures.NONE));
        told(1);
        submit(2);
        gateway.expectMessage(new Accepted(EPOCH, 2));
        loop.full = false;
        Awaitility.await().untilAsserted(() -> assertThat(loop.orders).containsExactly("cancel 11"));
    }

    @Test
    void ordersKeepTheirOrderWhenTheLoopHasRoomForOneOnly() {
        loop.full = true;
        decoder.tell(new Decoder.Cancel(EPOCH, 10));
        decoder.tell(new Decoder.Release(EPOCH, 10, gateway.ref()));
        gateway.expectNoMessage(Duration.ofMillis(50));
        loop.refuseOnce = true;
        loop.full = false;
        Awaitility.await().untilAsserted(() -> assertThat(loop.orders).containsExactly("cancel 10", "release 10"));
    }

    private void submit(long request) {
        decoder.tell(new Decoder.Submit(EPOCH, request, Plans.request(10, 5, false), gateway.ref()));
    }

    private List<RequestEvents> told(long number) {
        Told told = gateway.expectMessageClass(Told.class);
        assertThat(told.number()).isEqualTo(number);
        assertThat(told.epoch()).isEqualTo(EPOCH);
        return told.requests();
    }

    private static Token token(int index) {
        return new Token(index, 100 + index, "t" + index, null);
    }

    /** A loop that does what the test says. */
    private static final class FakeLoop implements DecodeWork {
        private final List<DecodeRequest> submitted = new ArrayList<>();
        private final List<DecodeListener> listeners = new ArrayList<>();
        private final ConcurrentLinkedQueue<String> orders = new ConcurrentLinkedQueue<>();
        private volatile boolean full;
        /** The next order is refused although there is room. */
        private volatile boolean refuseOnce;

        void tell(int request, DecodeEvent event) {
            DecodeListener listener;
            synchronized (this) {
                listener = listeners.get(request);
            }
            listener.on(event);
        }

        @Override
        public synchronized void submit(DecodeRequest request, DecodeListener listener) {
            submitted.add(request);
            listeners.add(listener);
        }

        @Override
        public boolean cancel(long session) {
            return !refused() && orders.add("cancel " + session);
        }

        @Override
        public boolean release(long session) {
            return !refused() && orders.add("release " + session);
        }

        @Override
        public boolean park(long session, Runnable done) {
            boolean taken = !refused() && orders.add("park " + session);
            if (taken) {
                done.run();
            }
            return taken;
        }

        @Override
        public boolean forget(long name) {
            return !refused() && orders.add("forget " + name);
        }

        private synchronized boolean refused() {
            boolean once = !full && refuseOnce;
            refuseOnce &= !once;
            return full || once;
        }

        @Override
        public LoopFigures figures() {
            return LoopFigures.NONE;
        }
    }
}
