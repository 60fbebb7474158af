/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ShardPlannerTest {
    private final ActorTestKit kit = ActorTestKit.create(ManualTime.config());
    private final ManualTime time = ManualTime.get(kit.system());
    private final AtomicLong nanos = new AtomicLong();
    private final FakeMembers members = new FakeMembers();
    private final Map<String, TestProbe<ShardOrder>> shards = new HashMap<>();
    private final TestProbe<PlanState> gateway = kit.createTestProbe();
    private final TestProbe<DecoderMessage> decoder = kit.createTestProbe();
    private final ActorRef<ShardPlanner.Command> planner = start(2);

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    private ActorRef<ShardPlanner.Command> start(int expectedNodes) {
        PlannerOptions options = new PlannerOptions(
                Nodes.MODEL, Nodes.SETTINGS, "1", expectedNodes, true, PlannerOptions.Deadlines.DEFAULT);
        return kit.spawn(ShardPlanner.create(options, members, nanos::get));
    }

    @Test
    void waitsForTheExpectedNodesThenServes() {
        planner.tell(new ShardPlanner.Subscribe(gateway.getRef()));
        assertThat(gateway.receiveMessage()).isEqualTo(new PlanState.NoPlan(0, "no node has joined yet", false));

        join("a", 0);
        shard("a").expectMessageClass(ShardOrder.Standby.class);
        join("b", 0);
        shard("b").expectMessageClass(ShardOrder.Standby.class);

        assertThat(assigned("a").shard()).isZero();
        assertThat(assigned("b").shard()).isEqualTo(1);
        planner.tell(new ShardReport.Ready("a", 1, "vector512", 10));
        planner.tell(new ShardReport.Ready("b", 1, "vector512", 20));
        shard("a").expectMessage(new ShardOrder.Lead(1));
        planner.tell(new ShardReport.Serving("a", 1, decoder.getRef()));
        shard("b").expectMessage(new ShardOrder.Follow(1));
        PlanState.Serving serving = awaitServing();
        assertThat(serving.epoch()).isEqualTo(1);
        assertThat(serving.leader().id()).isEqualTo("a");
        assertThat(serving.weightBytes()).isEqualTo(30);
    }

    @Test
    void makesAPlanOfTheNodesThatAreThereWhenTheOthersDoNotCome() {
        join("a", 0);
        shard("a").expectMessageClass(ShardOrder.Standby.class);

        time.timePasses(Duration.ofSeconds(61));

        assertThat(assigned("a").nodes()).hasSize(1);
    }

    @Test
    void saysSoWhenNoNodeComes() {
        planner.tell(new ShardPlanner.Subscribe(gateway.getRef()));
        gateway.receiveMessage();

        time.timePasses(Duration.ofSeconds(61));

        assertThat(gateway.receiveMessage()).isInstanceOfSatisfying(PlanState.NoPlan.class, none -> {
            assertThat(none.hopeless()).isTrue();
            assertThat(none.reason()).contains("60 s");
        });
    }

    @Test
    void goesOnAboveTheHighestEpochThatANodeHasHeardOf() {
        join("a", 41);
        join("b", 7);

        assertThat(assigned("a").epoch()).isEqualTo(42);
    }

    @Test
    void aPlannerThatTakesOverDoesNotWaitForTheNodeThatItsPredecessorDiedWith() {
        join("a", 41);
        shard("a").expectMessageClass(ShardOrder.Standby.class);

        time.timePasses(Duration.ofMillis(1100));

        assertThat(assigned("a").epoch()).isEqualTo(42);
    }

    @Test
    void triesANodeAgainThatCouldNotLoadOnceItsShareIsSmaller() {
        join("a", 0);
        join("b", 0);
        assigned("a");
        planner.tell(new ShardReport.LoadFailed("b", 1, "no memory for 5 MiB", true));
        assertThat(assigned("a").nodes()).hasSize(1);
        ready("a", 2);

        join("c", 0);

        assertThat(assigned("c").nodes()).extracting(PlanNode::id).containsExactly("a", "b", "c");
    }

    @Test
    void doesNotTryANodeAgainWithTheShareThatItFailedOn() {
        join("a", 0);
        join("b", 0);
        assigned("a");
        planner.tell(new ShardReport.LoadFailed("b", 1, "no memory", true));
        assigned("a");
        ready("a", 2);
        join("c", 0);
        assertThat(assigned("c").nodes()).hasSize(3);

        planner.tell(new ShardReport.LoadFailed("b", 3, "no memory", true));

        assertThat(assigned("c").nodes()).extracting(PlanNode::id).containsExactly("a", "c");
        ready("c", 4);
        ready("a", 4);
        shard("c").expectMessage(new ShardOrder.Follow(4));
        shard("c").expectNoMessage();
        assertThat(status().epoch()).isEqualTo(4);
    }

    @Test
    void aGoodbyeOfAnOldEpochLeavesTheNewPlanAlone() {
        serve();
        join("c", 0);
        assertThat(assigned("c").epoch()).isEqualTo(2);

        planner.tell(new ShardReport.Lost("b", 1, "a has closed its engine", List.of(), false));

        shard("c").expectNoMessage();
        assertThat(status().epoch()).isEqualTo(2);
        assertThat(status().nodes()).hasSize(3);
    }

    @Test
    void waitsForMembershipFromTheFirstSuspectOnWhenAGoodbyeCameBefore() {
        serve();
        planner.tell(new ShardReport.Lost("b", 1, "a has closed its engine", List.of(), false));
        time.timePasses(Duration.ofMillis(900));
        planner.tell(new ShardReport.Lost("a", 1, "b gave no sign of life", List.of("b"), false));
        status();

        time.timePasses(Duration.ofMillis(2900));
        shard("a").expectNoMessage();
        time.timePasses(Duration.ofMillis(200));

        assertThat(assigned("a").nodes()).hasSize(2);
    }

    @Test
    void turnsANodeWithAnotherModelAway() {
        TestProbe<ShardOrder> stranger = kit.createTestProbe("stranger", ShardOrder.class);
        NodeProfile profile =
                new NodeProfile("s", "h", 1, List.of("shard"), 1, 1, 1L << 40, 1L << 40, "other", "ipc", "1");

        planner.tell(new ShardReport.Join(profile, 0, stranger.getRef()));

        assertThat(stranger.expectMessageClass(ShardOrder.Retire.class).reason())
                .contains("another model");
    }

    @Test
    void makesANewPlanAtOnceWhenMembershipSaysThatANodeIsGone() {
        serve();

        planner.tell(new ShardPlanner.MemberGone(FakeMembers.address(shard("b").getRef())));

        PlanAssignment next = assigned("a");
        assertThat(next.epoch()).isEqualTo(2);
        assertThat(next.nodes()).hasSize(1);
        assertThat(gateway.receiveMessage()).isInstanceOf(PlanState.Forming.class);
    }

    @Test
    void keepsTheNewLeaderWhenTheLeaderIsGone() {
        serve();

        planner.tell(new ShardPlanner.MemberGone(FakeMembers.address(shard("a").getRef())));

        assertThat(assigned("b").leads()).isTrue();
    }

    @Test
    void endsThePlanAtOnceButWaitsForMembershipWhenANodeReportsALoss() {
        serve();

        planner.tell(new ShardReport.Lost("a", 1, "b gave no sign of life", List.of("b"), false));

        assertThat(gateway.receiveMessage())
                .isInstanceOfSatisfying(
                        PlanState.Forming.class,
                        forming -> assertThat(forming.why()).isEqualTo("b gave no sign of life"));
        shard("a").expectNoMessage();
        planner.tell(new ShardPlanner.MemberGone(FakeMembers.address(shard("b").getRef())));
        assertThat(assigned("a").epoch()).isEqualTo(2);
    }

    @Test
    void plansWithTheSameNodesWhenMembershipStaysSilentAndTurnsAwayWhoIsSuspectedAgain() {
        serve();

        planner.tell(new ShardReport.Lost("a", 1, "silence", List.of("b"), false));
        time.timePasses(Duration.ofMillis(3100));
        assertThat(assigned("a").nodes()).hasSize(2);
        planner.tell(new ShardReport.Lost("a", 2, "silence", List.of("b"), false));
        time.timePasses(Duration.ofMillis(3100));

        assertThat(assigned("a").nodes()).hasSize(1);
        assertThat(shard("b")
                        .fishForMessage(
                                Duration.ofSeconds(3),
                                message -> message instanceof ShardOrder.Retire
                                        ? FishingOutcomes.complete()
                                        : FishingOutcomes.continueAndIgnore()))
                .hasSize(1);
    }

    @Test
    void tellsAHungNodeToEndAndPlansWithoutIt() {
        serve();

        planner.tell(new ShardReport.Lost("a", 1, "b hangs in layer 3", List.of("b"), true));

        assertThat(assigned("a").nodes()).hasSize(1);
        assertThat(shard("b").expectMessageClass(ShardOrder.Retire.class).reason())
                .contains("layer 3");
    }

    @Test
    void takesASuspectOutAtOnceThatIsUnreachableToo() {
        serve();

        planner.tell(new ShardReport.Lost("a", 1, "silence", List.of("b"), false));
        planner.tell(new ShardPlanner.MemberUnreachable(
                FakeMembers.address(shard("b").getRef())));
        planner.tell(new ShardPlanner.Subscribe(gateway.getRef()));
        gateway.receiveMessage();
        gateway.receiveMessage();

        assertThat(members.downed)
                .containsExactly(FakeMembers.address(shard("b").getRef()));
    }

    @Test
    void excludesANodeThatCannotLoadAndSaysWhy() {
        join("a", 0);
        join("b", 0);
        assigned("a");

        planner.tell(new ShardReport.LoadFailed("b", 1, "no memory for 5 MiB", true));

        assertThat(assigned("a").nodes()).hasSize(1);
        assertThat(status().nodes().get(1).reason()).isEqualTo("no memory for 5 MiB");
    }

    @Test
    void excludesANodeThatGetsNoFurtherWithLoading() {
        join("a", 0);
        join("b", 0);
        assigned("a");
        planner.tell(new ShardReport.Ready("a", 1, "k", 1));
        time.timePasses(Duration.ofSeconds(59));
        beat("b", 1, NodeState.LOADING, NodeFigures.NONE.withLoaded(5, 10));
        status();
        time.timePasses(Duration.ofSeconds(59));
        shard("a").expectNoMessage();

        time.timePasses(Duration.ofSeconds(2));

        assertThat(assigned("a").nodes()).hasSize(1);
    }

    @Test
    void tellsGatewaysAtOnceWhenNoPlanIsPossibleAnyMore() {
        serve();

        planner.tell(new ShardPlanner.MemberGone(FakeMembers.address(shard("a").getRef())));
        planner.tell(new ShardPlanner.MemberGone(FakeMembers.address(shard("b").getRef())));

        gateway.receiveMessage();
        assertThat(gateway.receiveMessage())
                .isInstanceOfSatisfying(
                        PlanState.NoPlan.class,
                        none -> assertThat(none.hopeless()).isTrue());
    }

    @Test
    void takesANewNodeInAtOnceWhenNothingRuns() {
        serve();

        join("c", 0);

        assertThat(assigned("c").nodes()).hasSize(3);
    }

    @Test
    void keepsANewNodeOnStandbyWhileSequencesRunAndARebuildIsSlow() {
        serve();
        beat("a", 1, NodeState.SERVING, running(1, 1000, 100));

        join("c", 0);
        shard("c").expectMessageClass(ShardOrder.Standby.class);
        shard("c").expectNoMessage();
        assertThat(status().nodes().get(2).state()).isEqualTo(NodeState.STANDBY);
        beat("a", 1, NodeState.SERVING, running(0, 0, 100));

        assertThat(assigned("c").nodes()).hasSize(3);
    }

    @Test
    void takesANewNodeInWhileSequencesRunIfTheRebuildIsQuick() {
        serve();
        beat("a", 1, NodeState.SERVING, running(1, 100, 1000));

        join("c", 0);

        assertThat(assigned("c").nodes()).hasSize(3);
    }

    @Test
    void drainsALeavingNodeUntilNothingRuns() {
        serve();
        beat("a", 1, NodeState.SERVING, running(1, 100_000, 100));

        planner.tell(new ShardReport.Leaving("b", 1));
        shard("b").expectNoMessage();
        beat("a", 1, NodeState.SERVING, running(0, 0, 100));

        assertThat(shard("b").expectMessageClass(ShardOrder.Release.class).epoch())
                .isEqualTo(2);
        assertThat(assigned("a").nodes()).hasSize(1);
    }

    @Test
    void letsALeavingNodeGoAfterTheDeadline() {
        serve();
        beat("a", 1, NodeState.SERVING, running(1, 100_000, 100));
        planner.tell(new ShardReport.Leaving("b", 1));
        shard("b").expectNoMessage();

        time.timePasses(Duration.ofSeconds(31));

        shard("b").expectMessageClass(ShardOrder.Release.class);
    }

    @Test
    void dropsAndCountsReportsOfOldEpochs() {
        serve();
        long before = status().dropped().getOrDefault("late_reports", -1L);

        planner.tell(new ShardReport.Lost("a", 0, "old", List.of("b"), true));
        planner.tell(new ShardReport.Ready("b", 0, "k", 1));
        planner.tell(new ShardReport.Serving("b", 0, decoder.getRef()));
        planner.tell(new ShardReport.LoadFailed("b", 0, "old", true));

        assertThat(status().dropped().getOrDefault("late_reports", -1L)).isEqualTo(before + 4);
        assertThat(status().state()).isEqualTo("serving");
    }

    @Test
    void asksANodeThatItDoesNotKnowToJoin() {
        TestProbe<ShardOrder> stranger = kit.createTestProbe("z", ShardOrder.class);

        planner.tell(new ShardReport.Beat("z", 9, NodeState.SERVING, NodeFigures.NONE, stranger.getRef()));

        stranger.expectMessage(new ShardOrder.JoinAgain());
    }

    @Test
    void sendsAnAssignmentAgainThatWasLost() {
        join("a", 0);
        join("b", 0);
        assigned("b");

        beat("b", 0, NodeState.STANDBY, NodeFigures.NONE);

        assertThat(assigned("b").epoch()).isEqualTo(1);
    }

    @Test
    void saysInItsStatusWhoOwnsWhat() {
        serve();
        beat("a", 1, NodeState.SERVING, running(2, 50, 10));

        ClusterStatus status = status();

        assertThat(status.epoch()).isEqualTo(1);
        assertThat(status.sessions().running()).isEqualTo(2);
        assertThat(status.nodes()).hasSize(2);
        assertThat(status.nodes().get(0).leader()).isTrue();
        assertThat(status.nodes().get(0).headGroups().count()
                        + status.nodes().get(1).headGroups().count())
                .isEqualTo(3);
        assertThat(status.nodes().get(0).state()).isEqualTo(NodeState.SERVING);
    }

    private TestProbe<ShardOrder> shard(String name) {
        return shards.computeIfAbsent(name, id -> kit.createTestProbe(id, ShardOrder.class));
    }

    private void join(String name, long epoch) {
        planner.tell(
                new ShardReport.Join(Nodes.profile(name, 1), epoch, shard(name).getRef()));
    }

    private void ready(String name, long epoch) {
        planner.tell(new ShardReport.Ready(name, epoch, "k", 1));
        if (name.equals("a")) {
            status(); // the planner has heard it
            planner.tell(new ShardReport.Serving("a", epoch, decoder.getRef()));
        }
    }

    private void beat(String name, long epoch, NodeState state, NodeFigures figures) {
        planner.tell(
                new ShardReport.Beat(name, epoch, state, figures, shard(name).getRef()));
    }

    private static NodeFigures running(int running, long tokens, double perSecond) {
        return new NodeFigures(
                0, 0, "k", 1, 1, 1, 1, running, 0, tokens, perSecond, 10, 5, 9, 0, Map.of("old_epoch", 1L));
    }

    /** The next assignment that this node hears. */
    private PlanAssignment assigned(String name) {
        for (int i = 0; i < 20; i++) {
            if (shard(name).receiveMessage() instanceof ShardOrder.Assign(PlanAssignment assignment)) {
                return assignment;
            }
        }
        throw new AssertionError(name + " got no assignment");
    }

    private PlanState.Serving awaitServing() {
        for (int i = 0; i < 20; i++) {
            if (gateway.receiveMessage() instanceof PlanState.Serving serving) {
                return serving;
            }
        }
        throw new AssertionError("no plan serves");
    }

    private ClusterStatus status() {
        TestProbe<ClusterStatus> probe = kit.createTestProbe();
        planner.tell(new ShardPlanner.GetStatus(probe.getRef()));
        return probe.receiveMessage();
    }

    /** Nodes a and b serve in epoch 1; all that has been told until then has been heard. */
    private void serve() {
        join("a", 0);
        join("b", 0);
        assigned("a");
        assigned("b");
        planner.tell(new ShardReport.Ready("a", 1, "k", 1));
        planner.tell(new ShardReport.Ready("b", 1, "k", 1));
        planner.tell(new ShardReport.Serving("a", 1, decoder.getRef()));
        shard("a").expectMessage(new ShardOrder.Lead(1));
        shard("b").expectMessage(new ShardOrder.Follow(1));
        planner.tell(new ShardPlanner.Subscribe(gateway.getRef()));
        awaitServing();
    }
}
