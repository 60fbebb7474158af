/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.cluster.membership.HostPort;
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
        assertThat(serving.nodes().getFirst().id()).isEqualTo("a");
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
    void saysThatThereIsNoHopeWhenTheOnlyNodeGoesBeforeItsPlanAfterTheStart() {
        time.timePasses(Duration.ofSeconds(61));
        join("a", 0);
        shard("a").expectMessageClass(ShardOrder.Standby.class);

        planner.tell(new ShardPlanner.MemberGone(address("a")));
        planner.tell(new ShardPlanner.Subscribe(gateway.getRef()));

        assertThat(gateway.receiveMessage())
                .isInstanceOfSatisfying(
                        PlanState.NoPlan.class,
                        none -> assertThat(none.hopeless()).isTrue());
    }

    /** The engine of b ends, and is not loaded again. */
    private void failTwice() {
        planner.tell(new ShardReport.Lost("b", 1, "its decoder ended", List.of("b"), false));
        status();
        time.timePasses(Duration.ofMillis(1100));
        assertThat(assigned("a").nodes()).hasSize(2);
        planner.tell(new ShardReport.LoadFailed("b", 2, "no port", false));
    }

    @Test
    void aNodeStaysOutAsLongAsNoNewPlanIsMadeAlthoughItCouldBeTriedAgain() {
        serve();
        failTwice();
        assertThat(assigned("a").nodes()).hasSize(1);
        ready("a", 3);
        status();
        nanos.addAndGet(Duration.ofSeconds(61).toNanos());

        beat("a", 3, NodeState.SERVING, running(1, 100_000, 100)); // not now

        assertThat(status().nodes())
                .filteredOn(node -> node.id().equals("b"))
                .hasSize(1)
                .allMatch(node -> node.reason().contains("its engines fail"));
    }

    @Test
    void countsOnlyReportsAsLate() {
        serve();
        long before = status().dropped().getOrDefault("late_reports", -1L);

        planner.tell(new ShardPlanner.Due(ShardPlanner.What.LOAD, 1, "b"));

        assertThat(status().dropped().getOrDefault("late_reports", -1L)).isEqualTo(before);
    }

    @Test
    void goesOnAboveTheHighestEpochThatANodeHasHeardOf() {
        members.reachableShards.addAll(List.of(address("a"), address("b")));
        join("a", 41);
        join("b", 7);

        assertThat(assigned("a").epoch()).isEqualTo(42);
    }

    @Test
    void aPlannerThatTakesOverDoesNotWaitForTheNodeThatItsPredecessorDiedWith() {
        join("a", 41);
        shard("a").expectMessageClass(ShardOrder.Standby.class);

        time.timePasses(Duration.ofMillis(2100));

        assertThat(assigned("a").epoch()).isEqualTo(42);
    }

    @Test
    void aPlannerThatTakesOverWaitsForMoreNodesThanItsFirstPlanNeeded() {
        members.reachableShards.addAll(List.of(address("a"), address("b"), address("c")));
        planner.tell(new ShardPlanner.Subscribe(gateway.getRef()));
        gateway.receiveMessage();
        join("a", 41);
        join("b", 41);
        status();
        shard("b").expectMessageClass(ShardOrder.Standby.class);
        shard("b").expectNoMessage(Duration.ofMillis(300));

        join("c", 41);

        assertThat(assigned("c").nodes()).hasSize(3);
        assertThat(gateway.receiveMessage()).isInstanceOf(PlanState.Forming.class);
    }

    @Test
    void plansForANodeThatJoinsAfterTheStartHasPassed() {
        time.timePasses(Duration.ofSeconds(61));
        join("a", 0);
        shard("a").expectMessageClass(ShardOrder.Standby.class);

        time.timePasses(Duration.ofMillis(2100));

        assertThat(assigned("a").nodes()).hasSize(1);
    }

    @Test
    void leavesOutANodeWhoseOwnEngineFailsTwiceAndTakesItBackLater() {
        serve();
        failTwice();

        assertThat(assigned("a").nodes()).hasSize(1);
        ready("a", 3);
        assertThat(status().state()).isEqualTo("serving");
        nanos.addAndGet(Duration.ofSeconds(61).toNanos());
        beat("a", 3, NodeState.SERVING, NodeFigures.NONE);

        assertThat(assigned("b").nodes()).hasSize(2);
    }

    @Test
    void triesTheOnlyNodeAgainAfterItsPlansHaveFailed() {
        planner.tell(new ShardPlanner.Subscribe(gateway.getRef()));
        join("a", 5);
        status();
        time.timePasses(Duration.ofMillis(2100));
        assertThat(assigned("a").epoch()).isEqualTo(6);
        planner.tell(new ShardReport.LoadFailed("a", 6, "no port", false));
        status();
        time.timePasses(Duration.ofMillis(1100));
        assertThat(assigned("a").epoch()).isEqualTo(7);
        planner.tell(new ShardReport.LoadFailed("a", 7, "no port", false));
        shard("a").expectMessageClass(ShardOrder.Release.class);
        shard("a").expectNoMessage(Duration.ofMillis(300));

        time.timePasses(Duration.ofSeconds(11));

        assertThat(assigned("a").epoch()).isEqualTo(9);
    }

    @Test
    void goesOnTryingWhenPlansFailThoughAllNodesAreThere() {
        serve();
        long epoch = 1;
        for (int failure = 0; failure < FailureRecord.MOST_FAILURES; failure++) {
            planner.tell(new ShardReport.Lost("a", epoch, "b said goodbye", List.of(), false));
            status();
            time.timePasses(Duration.ofMillis(1100));
            epoch = assigned("a").epoch();
        }
        planner.tell(new ShardReport.Lost("a", epoch, "b said goodbye", List.of(), false));
        status();
        time.timePasses(Duration.ofMillis(1100));
        shard("a").expectMessageClass(ShardOrder.Release.class);
        shard("a").expectNoMessage(Duration.ofMillis(300));

        time.timePasses(Duration.ofSeconds(11));

        assertThat(assigned("a").nodes()).hasSize(2);
    }

    @Test
    void doesNotForgetFailuresBecauseALongTimePassedWithoutAPlanThatServed() {
        serve();
        planner.tell(new ShardReport.Lost("a", 1, "silence", List.of("b"), false));
        status();
        time.timePasses(Duration.ofMillis(3100));
        assertThat(assigned("a").nodes()).hasSize(2);
        nanos.addAndGet(Duration.ofSeconds(100).toNanos()); // loading took long: epoch 2 never served
        planner.tell(new ShardReport.Lost("a", 2, "silence", List.of("b"), false));
        status();

        time.timePasses(Duration.ofMillis(3100));

        assertThat(assigned("a").nodes()).hasSize(1);
    }

    @Test
    void forgetsFailuresOnceAPlanHasServedWell() {
        serve();
        planner.tell(new ShardReport.Lost("a", 1, "silence", List.of("b"), false));
        status();
        time.timePasses(Duration.ofMillis(3100));
        assertThat(assigned("a").nodes()).hasSize(2);
        ready("b", 2);
        ready("a", 2);
        assertThat(status().state()).isEqualTo("serving");
        nanos.addAndGet(Duration.ofSeconds(31).toNanos());
        planner.tell(new ShardReport.Lost("a", 2, "silence", List.of("b"), false));
        status();

        time.timePasses(Duration.ofMillis(3100));

        assertThat(assigned("a").nodes()).hasSize(2);
    }

    @Test
    void doesNotRebuildBeforeItKnowsWhatRuns() {
        serveUnheard();

        join("c", 0);

        shard("c").expectMessageClass(ShardOrder.Standby.class);
        shard("c").expectNoMessage(Duration.ofMillis(300));
        beat("a", 1, NodeState.READY, NodeFigures.NONE); // on its way while the plan began to serve
        shard("c").expectNoMessage(Duration.ofMillis(300));
        beat("a", 1, NodeState.SERVING, running(1, 100_000, 100));
        shard("c").expectNoMessage(Duration.ofMillis(300));
        beat("a", 1, NodeState.SERVING, running(0, 0, 100));
        assertThat(assigned("c").nodes()).hasSize(3);
    }

    @Test
    void doesNotBlameALoadedNodeThatWaitsForASlowOne() {
        join("a", 0);
        join("b", 0);
        assigned("a");
        assigned("b");
        beat("a", 1, NodeState.LOADING, NodeFigures.NONE.withLoaded(10, 10));
        for (int loaded = 1; loaded < 4; loaded++) {
            beat("b", 1, NodeState.LOADING, NodeFigures.NONE.withLoaded(loaded, 10));
            status();
            time.timePasses(Duration.ofSeconds(40));
        }
        shard("a").expectNoMessage(Duration.ofMillis(300));

        time.timePasses(Duration.ofSeconds(21));

        assertThat(shard("b").expectMessageClass(ShardOrder.Retire.class).reason())
                .contains("60 s");
        assertThat(assigned("a").nodes()).hasSize(1);
    }

    @Test
    void takesOutTheOnlyNodeOfAPlanThatNobodyElseWouldMiss() {
        join("a", 5);
        status();
        time.timePasses(Duration.ofMillis(2100));
        assigned("a");
        ready("a", 6);
        planner.tell(new ShardPlanner.MemberUnreachable(address("a")));
        status();
        assertThat(members.downed).isEmpty();

        time.timePasses(Duration.ofMillis(600));
        status();

        assertThat(members.downed).containsExactly(address("a"));
    }

    @Test
    void takesNobodyOutWhoIsHeardAgain() {
        join("a", 0);
        join("b", 0);
        assigned("a");
        planner.tell(new ShardPlanner.MemberUnreachable(address("b")));
        planner.tell(new ShardPlanner.MemberCame(address("b")));
        status();

        time.timePasses(Duration.ofMillis(600));
        status();

        assertThat(members.downed).isEmpty();
    }

    @Test
    void plansWithoutANodeThatNeitherPeersNorMembersHear() {
        serve();
        planner.tell(new ShardPlanner.MemberUnreachable(address("b")));
        planner.tell(new ShardReport.Lost("a", 1, "silence", List.of("b"), false));
        status();

        time.timePasses(Duration.ofMillis(3100));

        assertThat(assigned("a").nodes()).hasSize(1);
    }

    @Test
    void withoutAParentTakesASuspectOutOnlyWhereItReachesMostMembers() {
        FakeMembers apart = new FakeMembers();
        PlannerOptions options =
                new PlannerOptions(Nodes.MODEL, Nodes.SETTINGS, "1", 2, false, PlannerOptions.Deadlines.DEFAULT);
        ActorRef<ShardPlanner.Command> other = kit.spawn(ShardPlanner.create(options, apart, nanos::get));
        for (String name : List.of("a", "b")) {
            other.tell(
                    new ShardReport.Join(Nodes.profile(name, 1), 0, shard(name).getRef()));
        }
        assigned("b");
        other.tell(new ShardPlanner.MemberUnreachable(address("b")));
        other.tell(new ShardReport.Lost("a", 1, "silence", List.of("b"), false));
        assertThat(status(other).epoch()).isEqualTo(1);
        assertThat(apart.downed).isEmpty();

        apart.reachesMost = true;
        other.tell(new ShardPlanner.MemberUnreachable(address("b")));
        status(other);

        assertThat(apart.downed).containsExactly(address("b"));
    }

    @Test
    void plansAgainWhenANodeOfThePlanHasStartedAnew() {
        serve();
        TestProbe<ShardOrder> anew = kit.createTestProbe("anew", ShardOrder.class);

        planner.tell(new ShardReport.Join(Nodes.profile("b", 1), 0, anew.getRef()));

        assertThat(anew.fishForMessage(
                        Duration.ofSeconds(3),
                        message -> message instanceof ShardOrder.Assign
                                ? FishingOutcomes.complete()
                                : FishingOutcomes.continueAndIgnore()))
                .hasSize(1);
        assertThat(assigned("a").epoch()).isEqualTo(2);
        planner.tell(new ShardPlanner.ShardGone(shard("b").getRef()));
        shard("a").expectNoMessage(Duration.ofMillis(300));
    }

    @Test
    void endsThePlanWhenAServingNodeStandsBy() {
        serve();

        beat("b", 0, NodeState.STANDBY, NodeFigures.NONE);

        assertThat(gateway.receiveMessage()).isInstanceOf(PlanState.Forming.class);
    }

    @Test
    void plansAboveANodeThatHasHeardOfANewerEpoch() {
        join("a", 0);
        join("b", 0);
        assigned("a");

        beat("b", 7, NodeState.STANDBY, NodeFigures.NONE);

        assertThat(assigned("a").epoch()).isEqualTo(8);
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

    private HostPort address(String name) {
        return FakeMembers.address(shard(name).getRef());
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
            beat("a", epoch, NodeState.SERVING, NodeFigures.NONE);
        }
    }

    private void beat(String name, long epoch, NodeState state, NodeFigures figures) {
        planner.tell(
                new ShardReport.Beat(name, epoch, state, figures, shard(name).getRef()));
    }

    private static NodeFigures running(int running, long tokens, double perSecond) {
        return new NodeFigures(
                0, 0, "k", 1, 1, 1, 1, 1, running, 0, tokens, 0, 0, perSecond, 10, 5, 9, 0, Map.of("old_epoch", 1L));
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
        return status(planner);
    }

    private ClusterStatus status(ActorRef<ShardPlanner.Command> planner) {
        TestProbe<ClusterStatus> probe = kit.createTestProbe();
        planner.tell(new ShardPlanner.GetStatus(probe.getRef()));
        return probe.receiveMessage();
    }

    /** Nodes a and b serve in epoch 1; all that has been told until then has been heard. */
    private void serve() {
        serveUnheard();
        beat("a", 1, NodeState.SERVING, NodeFigures.NONE);
        status();
    }

    /** The same, before the leader's first beat in this epoch. */
    private void serveUnheard() {
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
