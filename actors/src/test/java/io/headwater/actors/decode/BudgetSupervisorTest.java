/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.decode;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.actors.decode.BudgetReport.Granted;
import io.headwater.actors.decode.BudgetReport.Refused;
import io.headwater.actors.decode.BudgetReport.Waiting;
import io.headwater.actors.decode.BudgetReport.Withdrawn;
import io.headwater.actors.decode.BudgetSupervisor.Admit;
import io.headwater.actors.decode.BudgetSupervisor.Release;
import io.headwater.actors.plan.ClusterStatus;
import io.headwater.actors.plan.DecoderMessage;
import io.headwater.actors.plan.PlanNode;
import io.headwater.actors.plan.PlanState;
import io.headwater.actors.plan.ShardPlanner;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class BudgetSupervisorTest {
    private static final int MOST_WAITING = 2;
    private static final long MIB = 1 << 20;
    /** 10 slabs, each for one block of 32 entries; the second node has room for 20. */
    private static final PlanNode SMALL = Plans.node("small", 20 * MIB, MIB / 16);

    private static final PlanNode LARGE = Plans.node("large", 20 * MIB, MIB / 32);
    private final ActorTestKit kit = ActorTestKit.create();
    private final TestProbe<ShardPlanner.Command> planner = kit.createTestProbe();
    private final TestProbe<DecoderMessage> decoder = kit.createTestProbe();
    private final TestProbe<BudgetReport> gateway = kit.createTestProbe();
    private ActorRef<BudgetSupervisor.Command> budget = kit.system().ignoreRef();
    private ActorRef<PlanState> plans = kit.system().ignoreRef();
    private ActorRef<ClusterStatus> statuses = kit.system().ignoreRef();

    @BeforeEach
    void start() {
        budget = kit.spawn(BudgetSupervisor.create(planner.ref(), MOST_WAITING, Duration.ZERO));
        plans = planner.expectMessageClass(ShardPlanner.Subscribe.class).subscriber();
        statuses = planner.expectMessageClass(ShardPlanner.GetStatus.class).replyTo();
    }

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    @Test
    void oneIsAdmittedOneWaitsUntilARelease_oneIsRefusedWithTheReason() {
        serve(1, SMALL, LARGE);
        admit(1, 200);
        granted(1);
        admit(2, 200); // 7 blocks and 7 blocks are more than 10
        gateway.expectMessage(new Waiting(2, 1));
        admit(3, 321); // 11 blocks never fit
        Refused refused = gateway.expectMessageClass(Refused.class);
        assertThat(refused.session()).isEqualTo(3);
        assertThat(refused.later()).isFalse();
        assertThat(refused.reason())
                .contains("321 tokens do not fit", "node small")
                .doesNotContain("node large");
        budget.tell(new Release(1));
        granted(2);
    }

    @Test
    void entriesAreRoundedUpToBlocks() {
        serve(1, SMALL);
        admit(1, 9 * 32 + 1); // takes the tenth block whole
        granted(1);
        admit(2, 1);
        gateway.expectMessage(new Waiting(2, 1));
    }

    @Test
    void ofSessionsThatMayShrinkTheLeastIsReserved() {
        serve(1, SMALL);
        for (long session = 1; session <= 5; session++) {
            budget.tell(new Admit(session, new KvNeed(300, 64), false, gateway.ref())); // 2 of the 10 blocks
            granted(session);
        }
        budget.tell(new Admit(6, new KvNeed(300, 64), false, gateway.ref()));
        gateway.expectMessage(new Waiting(6, 1));
        budget.tell(new Admit(7, new KvNeed(400, 330), false, gateway.ref()));
        assertThat(gateway.expectMessageClass(Refused.class).reason()).contains("330 entries of each head");
        budget.tell(new Release(2));
        granted(6);
    }

    @Test
    void sessionsThatMayShrinkGrowIntoWhatTheLimitAllows() {
        serve(1, SMALL);
        status(SMALL.id(), 2 * MIB, 17 * MIB);
        budget.tell(new Admit(1, new KvNeed(300, 64), false, gateway.ref()));
        granted(1);
        budget.tell(new Admit(2, new KvNeed(300, 64), false, gateway.ref())); // together at most the limit, 18 MiB more
        gateway.expectMessage(new Waiting(2, 1));
        status(SMALL.id(), 3 * MIB, 17 * MIB);
        granted(2);
    }

    @Test
    void aLimitCountsInWholeSlabs() {
        serve(1, Plans.node("odd", 4 * MIB - 1, MIB / 16));
        admit(1, 33);
        assertThat(gateway.expectMessageClass(Refused.class).reason()).contains("may use 3.5 MiB");
    }

    @Test
    void aSmallOneDoesNotOvertakeALargeOne() {
        serve(1, SMALL);
        admit(1, 200);
        granted(1);
        admit(2, 300);
        gateway.expectMessage(new Waiting(2, 1));
        admit(3, 32);
        gateway.expectMessage(new Waiting(3, 2));
        budget.tell(new Release(1));
        granted(2);
        gateway.expectMessage(new Waiting(3, 1));
        budget.tell(new Release(2));
        granted(3);
    }

    @Test
    void aFullQueueRefuses() {
        admit(1, 1); // no plan yet: all wait
        admit(2, 1);
        admit(3, 1);
        gateway.expectMessage(new Waiting(1, 1));
        gateway.expectMessage(new Waiting(2, 2));
        assertThat(gateway.expectMessageClass(Refused.class).later()).isTrue();
        serve(1, SMALL);
        granted(1);
        granted(2);
    }

    @Test
    void aRepeatedQuestionIsAnsweredAgainAndCountsOnce() {
        serve(1, SMALL);
        admit(1, 200);
        admit(1, 200);
        granted(1);
        granted(1);
        admit(2, 96);
        granted(2);
    }

    @Test
    void whatALostGatewayHeldIsFree() {
        serve(1, SMALL);
        TestProbe<BudgetReport> other = kit.createTestProbe();
        ActorRef<BudgetReport> lost = kit.spawn(Behaviors.receiveMessage(report -> {
            other.ref().tell(report);
            return Behaviors.same();
        }));
        budget.tell(new Admit(1, KvNeed.whole(320), false, lost));
        assertThat(other.expectMessageClass(Granted.class).session()).isEqualTo(1);
        admit(2, 320);
        gateway.expectMessage(new Waiting(2, 1));
        kit.stop(lost);
        granted(2);
    }

    @Test
    void aNewPlansLimitsHold() {
        serve(1, SMALL);
        admit(1, 320);
        granted(1);
        admit(2, 320);
        gateway.expectMessage(new Waiting(2, 1));
        serve(2, Plans.node("larger", 40 * MIB, MIB / 16));
        granted(2);
    }

    @Test
    void aWaitingOneThatNoPlanCanHoldAnyMoreIsRefused() {
        serve(1, SMALL);
        admit(1, 320);
        granted(1);
        admit(2, 320);
        gateway.expectMessage(new Waiting(2, 1));
        serve(2, Plans.node("smaller", 10 * MIB, MIB / 16));
        Refused running = gateway.expectMessageClass(Refused.class);
        assertThat(running.session()).isEqualTo(1);
        assertThat(running.later()).isTrue();
        assertThat(running.reason()).contains("less memory than before").contains("node smaller");
        assertThat(gateway.expectMessageClass(Refused.class).session()).isEqualTo(2);
    }

    @Test
    void oneWhoseMemoryWasWithdrawnAndThatNoPlanCanHoldAnyMoreMayComeAgain() {
        serve(1, LARGE);
        admit(1, 320);
        admit(2, 320);
        granted(1);
        granted(2);
        serve(2, SMALL);
        gateway.expectMessage(new Withdrawn(2));
        serve(3, Plans.node("smaller", 10 * MIB, MIB / 16));
        assertThat(gateway.expectMessageClass(Refused.class).session()).isEqualTo(1);
        Refused waiting = gateway.expectMessageClass(Refused.class);
        assertThat(waiting.session()).isEqualTo(2);
        assertThat(waiting.later()).isTrue();
        assertThat(waiting.reason()).contains("less memory than before").contains("node smaller");
    }

    @Test
    void whatNoLongerFitsIntoANewPlanWaitsInOrderBeforeAllOthers() {
        serve(1, LARGE);
        admit(1, 160);
        admit(2, 160);
        admit(3, 160);
        admit(4, 160);
        granted(1);
        granted(2);
        granted(3);
        granted(4);
        admit(5, 160);
        gateway.expectMessage(new Waiting(5, 1));
        serve(2, SMALL); // half of them fit
        gateway.expectMessage(new Withdrawn(3));
        gateway.expectMessage(new Withdrawn(4));
        admit(5, 160);
        gateway.expectMessage(new Waiting(5, 3));
        budget.tell(new Release(1));
        granted(3);
        gateway.expectMessage(new Waiting(4, 1));
        gateway.expectMessage(new Waiting(5, 2));
        claim(4, 160); // was under way
        gateway.expectMessage(new Withdrawn(4));
        budget.tell(new Release(2));
        granted(4);
    }

    @Test
    void whereOthersHoldMemoryARequestWaitsUntilTheHostHasSoMuchFree() {
        serve(1, SMALL, LARGE);
        status(SMALL.id(), 0, 11 * MIB); // both nodes are on one host
        status(LARGE.id(), 0, 11 * MIB);
        admit(1, 96); // 3 blocks: 6 MiB and 3 MiB; alone it waits for nothing
        granted(1);
        admit(2, 32); // 2 MiB and 1 MiB more: 12 in all
        gateway.expectMessage(new Waiting(2, 1));
        status(SMALL.id(), 2 * MIB, 11 * MIB); // it has taken 2 of its 6 already
        granted(2);
    }

    @Test
    void whatAGatewayHoldsAlreadyIsTakenAsGranted() {
        serve(1, SMALL);
        claim(1, 200);
        claim(2, 200);
        granted(1);
        gateway.expectMessage(new Withdrawn(2)); // it was granted by a larger plan
        admit(3, 32);
        gateway.expectMessage(new Waiting(3, 2));
        budget.tell(new Release(1));
        granted(2);
    }

    @Test
    void aClaimThatWasUnderWayLeavesWhatWasGrantedSince() {
        serve(1, SMALL);
        admit(1, 32);
        granted(1);
        admit(1, 200);
        gateway.expectMessage(new Granted(1, 200));
        claim(1, 32);
        gateway.expectMessage(new Granted(1, 32));
        admit(2, 200); // 7 blocks and 7 blocks are more than 10
        gateway.expectMessage(new Waiting(2, 1));
        admit(1, 32); // but it may give back itself
        granted(1);
        budget.tell(new Release(3)); // whatever is free is looked at again
        granted(2);
    }

    @Test
    void whatIsClaimedBeforeThePlanIsKnownIsWeighedThen() {
        claim(1, 200);
        claim(2, 200);
        granted(1);
        granted(2);
        serve(1, SMALL);
        gateway.expectMessage(new Withdrawn(2));
    }

    @Test
    void afterItsStartItGrantsOnlyClaimsForAWhile() {
        budget = kit.spawn(BudgetSupervisor.create(planner.ref(), MOST_WAITING, Duration.ofMillis(500)));
        ActorRef<PlanState> first = plans;
        while (plans.equals(first)) {
            plans = planner.receiveMessage() instanceof ShardPlanner.Subscribe subscribe
                    ? subscribe.subscriber()
                    : plans;
        }
        serve(1, SMALL);
        admit(1, 200);
        gateway.expectMessage(new Waiting(1, 1));
        claim(2, 200);
        granted(2);
        gateway.expectNoMessage(Duration.ofMillis(600)); // there is no room for the first one now
        budget.tell(new Release(2));
        granted(1);
    }

    @Test
    void whoWaitsMayAskForAnotherAmountAndKeepsItsPlace() {
        serve(1, SMALL);
        admit(1, 200);
        granted(1);
        admit(2, 300);
        gateway.expectMessage(new Waiting(2, 1));
        admit(3, 32);
        gateway.expectMessage(new Waiting(3, 2));
        admit(2, 250);
        gateway.expectMessage(new Waiting(2, 1));
        admit(2, 96); // fits beside the first
        gateway.expectMessage(new Waiting(2, 1));
        assertThat(gateway.expectMessageClass(Granted.class)).isEqualTo(new Granted(2, 96));
        gateway.expectMessage(new Waiting(3, 1));
    }

    @Test
    void whoAsksForWhatItHoldsGivesUpItsPlaceInTheQueue() {
        serve(1, SMALL);
        admit(1, 32);
        granted(1);
        admit(2, 200);
        granted(2);
        admit(1, 200);
        gateway.expectMessage(new Waiting(1, 1));
        admit(3, 32);
        gateway.expectMessage(new Waiting(3, 2));
        admit(1, 32);
        granted(1);
        granted(3);
    }

    @Test
    void aRepeatedQuestionOfOneThatHasItsMemoryDoesNotWait() {
        serve(1, SMALL);
        admit(1, 300);
        granted(1);
        admit(2, 300);
        gateway.expectMessage(new Waiting(2, 1));
        admit(1, 300);
        granted(1);
    }

    private void serve(long epoch, PlanNode... nodes) {
        plans.tell(Plans.serving(epoch, decoder.ref(), nodes));
        // the plan is heard before what follows: both come from this thread to the same actor
    }

    private void granted(long session) {
        assertThat(gateway.expectMessageClass(Granted.class).session()).isEqualTo(session);
    }

    private void claim(long session, int entries) {
        budget.tell(new Admit(session, KvNeed.whole(entries), true, gateway.ref()));
    }

    /** A node tells what its engine has taken and what its host has free. */
    private void status(String node, long kvBytes, long freeBytes) {
        statuses.tell(new ClusterStatus(
                1,
                "serving",
                "",
                List.of(Plans.status(node, kvBytes, freeBytes)),
                List.of(),
                new ClusterStatus.Sessions(0, 0, 0, 0, 0),
                new ClusterStatus.Exchange(0, 0),
                0,
                Map.of()));
    }

    private void admit(long session, int entries) {
        budget.tell(new Admit(session, KvNeed.whole(entries), false, gateway.ref()));
    }
}
