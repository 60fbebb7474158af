/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.decode;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.actors.decode.BudgetReport.Granted;
import io.headwater.actors.decode.BudgetReport.Refused;
import io.headwater.actors.decode.BudgetSupervisor.Admit;
import io.headwater.actors.decode.DecodeWork.LoopFigures;
import io.headwater.actors.decode.DecoderReport.Accepted;
import io.headwater.actors.decode.DecoderReport.RequestEvents;
import io.headwater.actors.decode.DecoderReport.Told;
import io.headwater.actors.plan.DecoderMessage;
import io.headwater.actors.plan.PlanState;
import io.headwater.actors.plan.ShardPlanner;
import io.headwater.compression.KvPolicy;
import io.headwater.compression.PolicyException;
import io.headwater.model.decoding.BudgetEvent;
import io.headwater.model.decoding.DecodeEvent;
import io.headwater.model.decoding.DecodeEvent.BudgetChanged;
import io.headwater.model.decoding.DecodeEvent.Ended;
import io.headwater.model.decoding.DecodeEvent.Failed;
import io.headwater.model.decoding.DecodeEvent.Failure;
import io.headwater.model.decoding.DecodeEvent.Scored;
import io.headwater.model.decoding.DecodeEvent.SequenceFigures;
import io.headwater.model.decoding.DecodeEvent.Token;
import io.headwater.model.decoding.DecodeRequest;
import io.headwater.model.decoding.DecodeRequest.Generate;
import io.headwater.model.decoding.DecodeRequest.Score;
import io.headwater.model.decoding.TokenIds;
import io.headwater.model.generation.FinishReason;
import io.headwater.model.generation.TurnOptions;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.sampling.SamplingOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class GatewayTest {
    private static final Duration REPEAT = Duration.ofMillis(300);
    private static final Ended STOP = new Ended(FinishReason.STOP, "", List.of(), SequenceFigures.NONE);
    private final ActorTestKit kit = ActorTestKit.create();
    private final TestProbe<ShardPlanner.Command> planner = kit.createTestProbe();
    private final TestProbe<BudgetSupervisor.Command> budget = kit.createTestProbe();
    private final TestProbe<DecoderMessage> decoder = kit.createTestProbe();
    private final GatewayView view = new GatewayView();
    private final LinkedBlockingQueue<DecodeEvent> heard = new LinkedBlockingQueue<>();
    private final ActorRef<Gateway.Command> gateway = kit.spawn(Gateway.create(new Gateway.GatewayNeeds(
            planner.ref(),
            budget.ref(),
            new GatewayLimits(REPEAT, Duration.ofSeconds(2), Duration.ofSeconds(4), Duration.ofSeconds(30), 4),
            view,
            Plans.CONTEXT)));
    private final ActorRef<PlanState> plans =
            planner.expectMessageClass(ShardPlanner.Subscribe.class).subscriber();
    private long number;

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    @Test
    void aRequestIsAdmittedThenHandedInAndItsAnswerTold() throws InterruptedException {
        serve(1);
        submit(Plans.request(10, 5, false));
        Admit admit = budget.expectMessageClass(Admit.class);
        assertThat(admit.need()).as("a full cache").isEqualTo(KvNeed.whole(3 + 5));
        decoder.expectNoMessage(Duration.ofMillis(50));
        admit.gateway().tell(new Granted(10, 8));
        Decoder.Submit submit = decoder.expectMessageClass(Decoder.Submit.class);
        assertThat(submit.epoch()).isEqualTo(1);
        assertThat(submit.work()).isEqualTo(Plans.request(10, 5, false));
        tell(submit, token(0), token(1), STOP);
        assertThat(next()).isEqualTo(token(0));
        assertThat(next()).isEqualTo(token(1));
        assertThat(next()).isEqualTo(STOP);
        assertThat(released().session()).isEqualTo(10);
        assertThat(decoder.expectMessageClass(Decoder.Heard.class).number()).isEqualTo(1);
    }

    @Test
    void aBudgetThatFallsWhileTheSessionIsIdleIsToldUntilItsNextRequestIsHandedIn() throws InterruptedException {
        Decoder.Submit submit = running(Plans.request(10, 5, true));
        tell(submit, token(0), STOP, budget(64));
        assertThat(next()).isEqualTo(token(0));
        assertThat(next()).isEqualTo(STOP);
        assertThat(next()).isEqualTo(budget(64));
        tell(submit, budget(32));
        assertThat(next()).isEqualTo(budget(32));
        submit(Plans.request(10, 5, true));
        tell(submit, budget(24));
        assertThat(next()).isEqualTo(budget(24));
        budgetSays(new Granted(10, 8));
        submitted();
        tell(submit, budget(16)); // that request went without it
        Awaitility.await().untilAsserted(() -> assertThat(view.dropped.sum()).isEqualTo(1));
        assertThat(heard).isEmpty();
    }

    @Test
    void aRequestThatIsCancelledBeforeADecoderHasItHearsOfTheCacheThatItsSessionHas() throws InterruptedException {
        Decoder.Submit submit = running(Plans.request(10, 5, true));
        tell(submit, STOP);
        assertThat(next()).isEqualTo(STOP);
        LinkedBlockingQueue<DecodeEvent> later = new LinkedBlockingQueue<>();
        gateway.tell(new Gateway.Submit(Plans.request(10, 50, true), later::add));
        gateway.tell(new Gateway.Cancel(10));
        assertThat(later.poll(4, TimeUnit.SECONDS)).isInstanceOf(Ended.class);
        tell(submit, budget(32));
        assertThat(later.poll(4, TimeUnit.SECONDS)).isEqualTo(budget(32));
        assertThat(view.dropped.sum()).isZero();
        assertThat(heard).isEmpty();
    }

    @Test
    void whatIsCancelledWhileNothingServesIsEndedByTheDecoderThatGoesOn() throws InterruptedException {
        Decoder.Submit submit = running(Plans.request(10, 5, true));
        plans.tell(new PlanState.Forming(1, "a new planner looks around", List.of()));
        gateway.tell(new Gateway.Cancel(10));
        assertThat(((Ended) next()).reason()).isEqualTo(FinishReason.CANCELLED);
        plans.tell(Plans.serving(1, decoder.ref(), Plans.node("a", 1 << 30, 100)));
        tell(submit, token(0));
        assertThat(toDecoder(Decoder.Unknown.class).request()).isEqualTo(submit.request());
        assertThat(heard).isEmpty();
    }

    @Test
    void ofASessionThatWasReleasedNothingIsToldAfterItsRequestsEnd() throws InterruptedException {
        Decoder.Submit submit = running(Plans.request(10, 5, true));
        gateway.tell(new Gateway.Release(10));
        tell(submit, STOP);
        assertThat(next()).isEqualTo(STOP);
        tell(submit, budget(64));
        Awaitility.await().untilAsserted(() -> assertThat(view.dropped.sum()).isEqualTo(1));
        assertThat(heard).isEmpty();
    }

    private static BudgetChanged budget(int entries) {
        return new BudgetChanged(new BudgetEvent(7, entries));
    }

    @Test
    void whatASessionThatMayShrinkMustHaveIsAskedForBesideWhatItComesTo() throws PolicyException {
        serve(1);
        KvOptions kv = new KvOptions(KvPolicy.parse("h2o"), 100, 16, 100);
        submit(new Generate(
                10,
                TokenIds.of(IntStream.range(0, 150).toArray()),
                0,
                SamplingOptions.defaults(),
                1,
                new TurnOptions(5, List.of(), true),
                true,
                kv,
                List.of()));
        KvNeed need = admit().need();
        assertThat(need.entries()).isEqualTo(155);
        assertThat(need.least()).isBetween(64, 80);
    }

    @Test
    void aNewPlansDecoderGetsTheRequestWithWhatHasBeenTold() throws InterruptedException {
        Decoder.Submit first = running(Plans.request(10, 5, false));
        tell(first, token(0), token(1));
        next();
        next();
        plans.tell(new PlanState.Forming(2, "node b has gone", List.of()));
        serve(2);
        Decoder.Submit second = submitted();
        Generate again = (Generate) second.work();
        assertThat(second.epoch()).isEqualTo(2);
        assertThat(again.answered()).isEqualTo(2);
        assertThat(again.log()).isEqualTo(TokenIds.of(1, 2, 3, 100, 101));
        assertThat(view.resumed()).isEqualTo(1);
        number = 0;
        tell(second, token(2), STOP);
        assertThat(next()).isEqualTo(token(2));
        assertThat(next()).isEqualTo(STOP);
    }

    @Test
    void whenTheSamePlanServesAgainItsDecoderGoesOn() throws InterruptedException {
        Decoder.Submit submit = running(Plans.request(10, 5, false));
        tell(submit, token(0));
        assertThat(next()).isEqualTo(token(0));
        plans.tell(new PlanState.Forming(1, "a new planner looks around", List.of()));
        plans.tell(Plans.serving(1, decoder.ref(), Plans.node("a", 1 << 30, 100)));
        tell(submit, token(1));
        assertThat(next()).isEqualTo(token(1));
        assertThat(view.resumed()).isZero();
    }

    @Test
    void eventsOfAnOlderEpochAreDroppedAndCounted() {
        Decoder.Submit first = running(Plans.request(10, 5, false));
        serve(2);
        submitted();
        tell(first, token(0));
        Awaitility.await().untilAsserted(() -> assertThat(view.dropped.sum()).isEqualTo(1));
        assertThat(heard).isEmpty();
    }

    @Test
    void aReportOrATokenThatComesTwiceIsToldOnce() throws InterruptedException {
        Decoder.Submit submit = running(Plans.request(10, 5, false));
        tell(submit, token(0));
        number--;
        tell(submit, token(0));
        tell(submit, token(0), token(1));
        assertThat(next()).isEqualTo(token(0));
        assertThat(next()).isEqualTo(token(1));
        assertThat(heard).isEmpty();
        assertThat(view.repeated.sum()).isEqualTo(2);
    }

    @Test
    void aReportAfterALostOneWaitsUntilTheDecoderSendsBothAgain() throws InterruptedException {
        Decoder.Submit submit = running(Plans.request(10, 5, false));
        number++;
        tell(submit, token(1));
        number -= 2;
        tell(submit, token(0));
        tell(submit, token(1));
        assertThat(next()).isEqualTo(token(0));
        assertThat(next()).isEqualTo(token(1));
    }

    @Test
    void aScoreGoesOnWhereItWas() throws InterruptedException {
        Decoder.Submit first = running(new Score(10, TokenIds.of(1, 2, 3, 4, 5, 6), 1, 2, 1));
        tell(first, new Scored(1, List.of(-1.0, -2.0)));
        next();
        serve(2);
        Decoder.Submit second = submitted();
        assertThat(second.work()).isEqualTo(new Score(10, TokenIds.of(1, 2, 3, 4, 5, 6), 3, 2, 1));
        number = 0;
        tell(second, new Scored(2, List.of(-2.0, -3.0)));
        assertThat(next()).isEqualTo(new Scored(3, List.of(-3.0)));
    }

    @Test
    void aDecoderThatDoesNotAnswerIsAskedAgainAndGivenUpAtTheDeadline() throws InterruptedException {
        serve(1);
        admitted(Plans.request(10, 5, false));
        Decoder.Submit first = submitted();
        Decoder.Submit again = submitted();
        assertThat(again.request()).isEqualTo(first.request());
        assertThat(failed()).isEqualTo(Failure.UNAVAILABLE);
    }

    @Test
    void aBreakIsTriedOnceMoreAndASecondOneInARowIsTheAnswer() throws InterruptedException {
        Decoder.Submit first = running(Plans.request(10, 5, false));
        tell(first, new Failed(Failure.BROKEN, "damaged"));
        Decoder.Submit second = submitted();
        assertThat(second.request()).isNotEqualTo(first.request());
        assertThat(heard).isEmpty();
        tell(second, new Failed(Failure.BROKEN, "damaged"));
        assertThat(next()).isEqualTo(new Failed(Failure.BROKEN, "damaged"));
        assertThat(released().session()).isEqualTo(10);
    }

    @Test
    void aTokenBetweenTwoBreaksMakesTheSecondAFirst() throws InterruptedException {
        Decoder.Submit first = running(Plans.request(10, 5, false));
        tell(first, new Failed(Failure.BROKEN, "damaged"));
        Decoder.Submit second = submitted();
        tell(second, token(0), new Failed(Failure.BROKEN, "damaged"));
        assertThat(next()).isEqualTo(token(0));
        assertThat(((Generate) submitted().work()).answered()).isEqualTo(1);
    }

    @Test
    void whenThereIsNoHopeEveryRequestHearsWhyAtOnce() throws InterruptedException {
        running(Plans.request(10, 5, false));
        submit(Plans.request(11, 5, false)); // waits for memory
        plans.tell(new PlanState.NoPlan(2, "the model does not fit", true));
        assertThat(next()).isEqualTo(new Failed(Failure.UNAVAILABLE, "the model does not fit"));
        assertThat(next()).isEqualTo(new Failed(Failure.UNAVAILABLE, "the model does not fit"));
        submit(Plans.request(12, 5, false));
        assertThat(failed()).isEqualTo(Failure.UNAVAILABLE);
    }

    @Test
    void aRequestBeforeTheFirstPlanWaitsForIt() {
        plans.tell(new PlanState.NoPlan(0, "nodes are starting", false));
        admitted(Plans.request(10, 5, false));
        decoder.expectNoMessage(Duration.ofMillis(50));
        serve(1);
        assertThat(submitted().work().session()).isEqualTo(10);
    }

    @Test
    void aSilentPlannerEndsWhatRuns() throws InterruptedException {
        running(Plans.request(10, 5, false));
        Failed failed = (Failed) next(Duration.ofSeconds(8));
        assertThat(failed.failure()).isEqualTo(Failure.UNAVAILABLE);
        assertThat(failed.message()).contains("planner has not been heard for 4 s");
    }

    @Test
    void aSilentBudgetSupervisorEndsWhatWaitsForIt() throws InterruptedException {
        submit(Plans.request(10, 5, false));
        Awaitility.await().pollInterval(REPEAT).atMost(Duration.ofSeconds(8)).until(() -> {
            serve(1); // the planner is well
            return !heard.isEmpty();
        });
        Failed failed = (Failed) next();
        assertThat(failed.failure()).isEqualTo(Failure.UNAVAILABLE);
        assertThat(failed.message()).contains("budget supervisor").contains("not been heard for 4 s");
    }

    @Test
    void whatIsHeldIsClaimedAgainAndAgain() {
        running(Plans.request(10, 5, false));
        for (int i = 0; i < 3; i++) {
            assertThat(admit()).satisfies(claim -> {
                assertThat(claim.held()).isTrue();
                assertThat(claim.session()).isEqualTo(10);
                assertThat(claim.need().entries()).isEqualTo(8);
            });
        }
    }

    @Test
    void aRequestWhoseMemoryIsWithdrawnLeavesTheDecoderAndGoesOnWhenItIsGrantedAgain() throws InterruptedException {
        Decoder.Submit first = running(Plans.request(10, 5, false));
        tell(first, token(0));
        assertThat(next()).isEqualTo(token(0));
        budgetSays(new BudgetReport.Withdrawn(10));
        assertThat(toDecoder(Decoder.Cancel.class).session()).isEqualTo(10);
        assertThat(toDecoder(Decoder.Release.class).session()).isEqualTo(10);
        tell(first, token(1), new Ended(FinishReason.CANCELLED, "", List.of(), SequenceFigures.NONE));
        serve(2);
        Admit asks = admit();
        while (asks.held()) {
            asks = admit(); // claims of before
        }
        assertThat(asks.need().entries()).isEqualTo(8);
        assertThat(heard).isEmpty();
        asks.gateway().tell(new Granted(10, 8));
        Decoder.Submit second = submitted();
        assertThat(second.epoch()).isEqualTo(2);
        assertThat(((Generate) second.work()).answered()).isEqualTo(1);
        tell(second, token(1), STOP);
        assertThat(next()).isEqualTo(token(1));
        assertThat(next()).isEqualTo(STOP);
    }

    @Test
    void whereAResumedRequestFindsNoRoomItIsRepeatedUntilThereIs() throws InterruptedException {
        Decoder.Submit first = running(Plans.request(10, 5, false));
        tell(first, token(0));
        assertThat(next()).isEqualTo(token(0));
        serve(2);
        for (int i = 0; i < 2; i++) {
            tell(submitted(), new Failed(Failure.FULL, "no room"));
        }
        Decoder.Submit last = submitted();
        assertThat(heard).isEmpty();
        tell(last, token(1), STOP);
        assertThat(next()).isEqualTo(token(1));
        assertThat(next()).isEqualTo(STOP);
    }

    @Test
    void whereANewRequestFindsNoRoomThatIsTheAnswer() throws InterruptedException {
        tell(running(Plans.request(10, 5, false)), new Failed(Failure.FULL, "the queue is full"));
        assertThat(next()).isEqualTo(new Failed(Failure.FULL, "the queue is full"));
    }

    @Test
    void aRequestThatWasGivenUpBeforeADecoderTookItIsCancelledThere() throws InterruptedException {
        serve(1);
        admitted(Plans.request(10, 5, true));
        Decoder.Submit submit = submitted();
        assertThat(failed()).isEqualTo(Failure.UNAVAILABLE);
        assertThat(toDecoder(Decoder.Cancel.class).session()).isEqualTo(10);
        assertThat(toDecoder(Decoder.Release.class).session()).isEqualTo(10);
        tell(submit, token(0)); // the decoder had not heard of it
        assertThat(toDecoder(Decoder.Unknown.class).request()).isEqualTo(submit.request());
    }

    @Test
    void whatTheDecoderHasNotTakenIsHandedInWhenTheSamePlanServesAgain() throws InterruptedException {
        serve(1);
        admitted(Plans.request(10, 5, false));
        Decoder.Submit lost = submitted();
        plans.tell(new PlanState.Forming(1, "a new planner looks around", List.of()));
        plans.tell(Plans.serving(1, decoder.ref(), Plans.node("a", 1 << 30, 100)));
        for (int i = 0; i < 3; i++) { // and again, until it is accepted
            assertThat(submitted()).isEqualTo(lost);
        }
        tell(lost, token(0));
        assertThat(next()).isEqualTo(token(0));
    }

    @Test
    void aRefusalIsTheAnswer() throws InterruptedException {
        serve(1);
        submit(Plans.request(10, 5, false));
        budget.expectMessageClass(Admit.class).gateway().tell(new Refused(10, "too many tokens", false));
        assertThat(next()).isEqualTo(new Failed(Failure.BAD_REQUEST, "too many tokens"));
    }

    @Test
    void aCancelReachesTheDecoderAndTheEndComesFromThere() throws InterruptedException {
        Decoder.Submit submit = running(Plans.request(10, 5, false));
        gateway.tell(new Gateway.Cancel(10));
        decoder.expectMessage(new Decoder.Cancel(1, 10));
        Ended cancelled = new Ended(FinishReason.CANCELLED, "", List.of(), SequenceFigures.NONE);
        tell(submit, cancelled);
        assertThat(next()).isEqualTo(cancelled);
    }

    @Test
    void aCancelledRequestIsNotHandedInAgain() throws InterruptedException {
        running(Plans.request(10, 5, false));
        gateway.tell(new Gateway.Cancel(10));
        decoder.expectMessage(new Decoder.Cancel(1, 10));
        serve(2);
        assertThat(((Ended) next()).reason()).isEqualTo(FinishReason.CANCELLED);
    }

    @Test
    void aKeptSessionHoldsItsMemoryUntilItIsReleasedAndClaimsItOfANewPlan() throws InterruptedException {
        Decoder.Submit submit = running(Plans.request(10, 5, true));
        tell(submit, STOP);
        next();
        serve(2);
        Admit claim = admit();
        assertThat(claim.held()).isTrue();
        assertThat(claim.need().entries()).isEqualTo(8);
        gateway.tell(new Gateway.Release(10));
        assertThat(released().session()).isEqualTo(10);
    }

    @Test
    void aSessionThatIsParkedGivesItsMemoryBackAndIsToldWhenItsCacheHasGone() throws InterruptedException {
        Decoder.Submit submit = running(Plans.request(10, 5, true));
        tell(submit, STOP);
        next();
        LinkedBlockingQueue<Long> parked = new LinkedBlockingQueue<>();
        gateway.tell(new Gateway.Park(10, () -> parked.add(10L)));
        assertThat(released().session()).isEqualTo(10);
        assertThat(toDecoder(Decoder.Park.class).session()).isEqualTo(10);
        assertThat(parked).isEmpty();
        submit.gateway().tell(new DecoderReport.Parked(1, 10));
        assertThat(parked.poll(4, TimeUnit.SECONDS)).isEqualTo(10);

        gateway.tell(new Gateway.Park(11, () -> parked.add(11L)));
        plans.tell(new PlanState.Forming(2, "a node has gone", List.of()));
        assertThat(parked.poll(4, TimeUnit.SECONDS))
                .as("nobody will ever say so")
                .isEqualTo(11);
        gateway.tell(new Gateway.Park(12, () -> parked.add(12L)));
        assertThat(parked.poll(4, TimeUnit.SECONDS)).isEqualTo(12);
    }

    @Test
    void moreRequestsThanMayBeOpenAreRefused() throws InterruptedException {
        for (int session = 0; session < 5; session++) {
            submit(Plans.request(session, 5, false));
        }
        assertThat(failed()).isEqualTo(Failure.FULL);
    }

    @Test
    void theGatewaysEndIsToldToAll() throws InterruptedException {
        running(Plans.request(10, 5, false));
        kit.stop(gateway);
        assertThat(failed()).isEqualTo(Failure.UNAVAILABLE);
        assertThat(view.over()).isNotEmpty();
    }

    @Test
    void aKeptTurnThatFailsFreesItsMemoryAndItsCache() throws InterruptedException {
        Decoder.Submit first = running(Plans.request(10, 5, true));
        tell(first, STOP);
        assertThat(next()).isEqualTo(STOP);
        submit(Plans.request(10, 5, true));
        budgetSays(new Refused(10, "too many tokens", false));
        assertThat(failed()).isEqualTo(Failure.BAD_REQUEST);
        assertThat(released().session()).isEqualTo(10);
        assertThat(toDecoder(Decoder.Release.class).session()).isEqualTo(10);
    }

    @Test
    void aKeptSessionWhoseMemoryIsWithdrawnLosesItsCache() throws InterruptedException {
        tell(running(Plans.request(10, 5, true)), STOP);
        assertThat(next()).isEqualTo(STOP);
        budgetSays(new BudgetReport.Withdrawn(10));
        assertThat(toDecoder(Decoder.Release.class).session()).isEqualTo(10);
        assertThat(released().session()).isEqualTo(10);
    }

    @Test
    void aCancelledTurnThatWaitedForMoreMemoryAsksForNoMoreThanItsSessionHas() throws InterruptedException {
        tell(running(Plans.request(10, 5, true)), STOP);
        assertThat(next()).isEqualTo(STOP);
        submit(Plans.request(10, 50, true));
        Admit more = admit();
        while (more.held()) {
            more = admit(); // claims of before
        }
        assertThat(more.need().entries()).isEqualTo(3 + 50);
        gateway.tell(new Gateway.Cancel(10));
        assertThat(((Ended) next()).reason()).isEqualTo(FinishReason.CANCELLED);
        Admit last = admit();
        for (int i = 0; i < 20 && (last.held() || last.need().entries() != 8); i++) {
            last = admit(); // claims and repeated questions
        }
        assertThat(last.held()).isFalse();
        assertThat(last.need().entries()).isEqualTo(8);
    }

    @Test
    void aRequestThatNoPlanServesForTooLongEndsWithTheReason() throws InterruptedException {
        LinkedBlockingQueue<DecodeEvent> told = new LinkedBlockingQueue<>();
        TestProbe<ShardPlanner.Command> other = kit.createTestProbe();
        ActorRef<Gateway.Command> impatient = kit.spawn(Gateway.create(new Gateway.GatewayNeeds(
                other.ref(),
                budget.ref(),
                new GatewayLimits(REPEAT, Duration.ofSeconds(9), Duration.ofSeconds(9), Duration.ofSeconds(2), 4),
                new GatewayView(),
                Plans.CONTEXT)));
        other.expectMessageClass(ShardPlanner.Subscribe.class)
                .subscriber()
                .tell(new PlanState.Forming(1, "node b loads", List.of()));
        impatient.tell(new Gateway.Submit(Plans.request(10, 5, false), told::add));
        budgetSays(new Granted(10, 8));
        @Nullable DecodeEvent event = told.poll(8, TimeUnit.SECONDS);
        assertThat(event).isInstanceOfSatisfying(Failed.class, failed -> {
            assertThat(failed.failure()).isEqualTo(Failure.UNAVAILABLE);
            assertThat(failed.message()).contains("no plan has served for 2 s").contains("node b loads");
        });
    }

    @Test
    void whileNothingServesAnOlderPlanIsDroppedAndCounted() throws InterruptedException {
        Decoder.Submit first = running(Plans.request(10, 5, false));
        plans.tell(new PlanState.Forming(3, "node b has gone", List.of()));
        plans.tell(new PlanState.Forming(2, "late", List.of()));
        serve(1);
        tell(first, token(0));
        Awaitility.await().untilAsserted(() -> assertThat(view.dropped.sum()).isEqualTo(3)); // and the token
        assertThat(heard).isEmpty();
        serve(3);
        assertThat(submitted().epoch()).isEqualTo(3);
    }

    @Test
    void aNewPlannerThatKnowsNothingYetEndsTheServiceAndItsEpochsCountOnceTheyAreRepeated() {
        running(Plans.request(10, 5, false));
        plans.tell(new PlanState.NoPlan(0, "no node has joined yet", false));
        serve(2);
        assertThat(submitted().epoch()).isEqualTo(2);
        plans.tell(new PlanState.NoPlan(0, "no node has joined yet", false));
        for (int i = 0; i < PlanEpochs.SURE; i++) {
            serve(1); // all nodes have begun anew
        }
        assertThat(submitted().epoch()).isEqualTo(1);
        assertThat(view.dropped.sum()).isEqualTo(PlanEpochs.SURE - 1);
    }

    private void serve(long epoch) {
        plans.tell(Plans.serving(epoch, decoder.ref(), Plans.node("a", 1 << 30, 100)));
        number = 0;
    }

    private void submit(DecodeRequest request) {
        gateway.tell(new Gateway.Submit(request, heard::add));
    }

    private void admitted(DecodeRequest request) {
        submit(request);
        Admit asked = admit();
        assertThat(asked.held()).isFalse();
        asked.gateway().tell(new Granted(request.session(), asked.need().entries()));
    }

    /** The next question or claim. */
    private Admit admit() {
        while (true) {
            if (budget.receiveMessage() instanceof Admit admit) {
                return admit;
            }
        }
    }

    /** The next release; claims between do not matter. */
    private BudgetSupervisor.Release released() {
        while (true) {
            if (budget.receiveMessage() instanceof BudgetSupervisor.Release release) {
                return release;
            }
        }
    }

    /** What the decoder hears next of this kind. */
    private <T> T toDecoder(Class<T> kind) {
        while (true) {
            Object message = decoder.receiveMessage();
            if (kind.isInstance(message)) {
                return kind.cast(message);
            }
        }
    }

    private void budgetSays(BudgetReport report) {
        admit().gateway().tell(report); // of the claims that come each second
    }

    private Decoder.Submit running(DecodeRequest request) {
        serve(1);
        admitted(request);
        Decoder.Submit submit = submitted();
        submit.gateway().tell(new Accepted(1, submit.request()));
        return submit;
    }

    /** The next handing in; confirmations between do not matter. */
    private Decoder.Submit submitted() {
        return toDecoder(Decoder.Submit.class);
    }

    private void tell(Decoder.Submit to, DecodeEvent... events) {
        to.gateway()
                .tell(new Told(
                        to.epoch(),
                        ++number,
                        List.of(new RequestEvents(to.request(), List.of(events))),
                        LoopFigures.NONE));
    }

    private Failure failed() throws InterruptedException {
        return ((Failed) next()).failure();
    }

    private DecodeEvent next() throws InterruptedException {
        return next(Duration.ofSeconds(4));
    }

    private DecodeEvent next(Duration most) throws InterruptedException {
        @Nullable DecodeEvent event = heard.poll(most.toMillis(), TimeUnit.MILLISECONDS);
        assertThat(event).as("an event within %s", most).isNotNull();
        return event;
    }

    private static Token token(int index) {
        return new Token(index, 100 + index, "t" + index, null);
    }
}
