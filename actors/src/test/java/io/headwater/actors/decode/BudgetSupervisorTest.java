/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.decode;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.actors.decode.BudgetReport.Granted;
import io.headwater.actors.decode.BudgetReport.Refused;
import io.headwater.actors.decode.BudgetReport.Waiting;
import io.headwater.actors.decode.BudgetSupervisor.Admit;
import io.headwater.actors.decode.BudgetSupervisor.Release;
import io.headwater.actors.plan.DecoderMessage;
import io.headwater.actors.plan.PlanNode;
import io.headwater.actors.plan.PlanState;
import io.headwater.actors.plan.ShardPlanner;
import java.time.Duration;
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

    @BeforeEach
    void start() {
        budget = kit.spawn(BudgetSupervisor.create(planner.ref(), MOST_WAITING));
        plans = planner.expectMessageClass(ShardPlanner.Subscribe.class).subscriber();
    }

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    @Test
    void oneIsAdmittedOneWaitsUntilARelease_oneIsRefusedWithTheReason() {
        serve(1, SMALL, LARGE);
        admit(1, 200);
        gateway.expectMessage(new Granted(1));
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
        gateway.expectMessage(new Granted(2));
    }

    @Test
    void entriesAreRoundedUpToBlocks() {
        serve(1, SMALL);
        admit(1, 9 * 32 + 1); // takes the tenth block whole
        gateway.expectMessage(new Granted(1));
        admit(2, 1);
        gateway.expectMessage(new Waiting(2, 1));
    }

    @Test
    void aLimitCountsInWholeSlabs() {
        serve(1, Plans.node("odd", 4 * MIB - 1, MIB / 16));
        admit(1, 33);
        assertThat(gateway.expectMessageClass(Refused.class).reason()).contains("may use 2.0 MiB");
    }

    @Test
    void aSmallOneDoesNotOvertakeALargeOne() {
        serve(1, SMALL);
        admit(1, 200);
        gateway.expectMessage(new Granted(1));
        admit(2, 300);
        gateway.expectMessage(new Waiting(2, 1));
        admit(3, 32);
        gateway.expectMessage(new Waiting(3, 2));
        budget.tell(new Release(1));
        gateway.expectMessage(new Granted(2));
        gateway.expectMessage(new Waiting(3, 1));
        budget.tell(new Release(2));
        gateway.expectMessage(new Granted(3));
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
        gateway.expectMessage(new Granted(1));
        gateway.expectMessage(new Granted(2));
    }

    @Test
    void aRepeatedQuestionIsAnsweredAgainAndCountsOnce() {
        serve(1, SMALL);
        admit(1, 200);
        admit(1, 200);
        gateway.expectMessage(new Granted(1));
        gateway.expectMessage(new Granted(1));
        admit(2, 96);
        gateway.expectMessage(new Granted(2));
    }

    @Test
    void whatALostGatewayHeldIsFree() {
        serve(1, SMALL);
        TestProbe<BudgetReport> other = kit.createTestProbe();
        ActorRef<BudgetReport> lost = kit.spawn(Behaviors.receiveMessage(report -> {
            other.ref().tell(report);
            return Behaviors.same();
        }));
        budget.tell(new Admit(1, 320, false, lost));
        other.expectMessage(new Granted(1));
        admit(2, 320);
        gateway.expectMessage(new Waiting(2, 1));
        kit.stop(lost);
        gateway.expectMessage(new Granted(2));
    }

    @Test
    void aNewPlansLimitsHold() {
        serve(1, SMALL);
        admit(1, 320);
        gateway.expectMessage(new Granted(1));
        admit(2, 320);
        gateway.expectMessage(new Waiting(2, 1));
        serve(2, Plans.node("larger", 40 * MIB, MIB / 16));
        gateway.expectMessage(new Granted(2));
    }

    @Test
    void aWaitingOneThatNoPlanCanHoldAnyMoreIsRefused() {
        serve(1, SMALL);
        admit(1, 320);
        gateway.expectMessage(new Granted(1));
        admit(2, 320);
        gateway.expectMessage(new Waiting(2, 1));
        serve(2, Plans.node("smaller", 10 * MIB, MIB / 16));
        assertThat(gateway.expectMessageClass(Refused.class).session()).isEqualTo(2);
    }

    @Test
    void whatAGatewayHoldsAlreadyIsTakenAsGranted() {
        serve(1, SMALL);
        budget.tell(new Admit(1, 200, true, gateway.ref()));
        budget.tell(new Admit(2, 200, true, gateway.ref()));
        gateway.expectMessage(new Granted(1));
        gateway.expectMessage(new Granted(2));
        admit(3, 32);
        gateway.expectMessage(new Waiting(3, 1));
        gateway.expectNoMessage(Duration.ofMillis(50));
    }

    private void serve(long epoch, PlanNode... nodes) {
        plans.tell(Plans.serving(epoch, decoder.ref(), nodes));
        // the plan is heard before what follows: both come from this thread to the same actor
    }

    private void admit(long session, int entries) {
        budget.tell(new Admit(session, entries, false, gateway.ref()));
    }
}
