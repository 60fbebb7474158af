/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headwater.actors.plan.DecoderMessage;
import io.headwater.actors.plan.NodeState;
import io.headwater.actors.plan.Nodes;
import io.headwater.actors.plan.ShardOrder;
import io.headwater.actors.plan.ShardPlanner;
import io.headwater.actors.plan.ShardReport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HeadShardTest {
    /** A decoder that hears this ends. */
    private record End() implements DecoderMessage {}

    private final ActorTestKit kit = ActorTestKit.create(ManualTime.config());
    private final ManualTime time = ManualTime.get(kit.system());
    private final FakeLoader loader = new FakeLoader();
    private final TestProbe<ShardPlanner.Command> planner = kit.createTestProbe();
    private final TestProbe<HeadShard.Event> owner = kit.createTestProbe();
    private final AtomicInteger decoders = new AtomicInteger();
    private volatile ActorRef<DecoderMessage> decoder =
            kit.<DecoderMessage>createTestProbe().getRef();
    private final ActorRef<HeadShard.Command> shard = kit.spawn(HeadShard.create(new HeadShard.Setup(
            Nodes.profile("a", 1),
            planner.getRef(),
            loader,
            (context, engine) -> {
                decoders.incrementAndGet();
                decoder = context.spawn(
                        Behaviors.<DecoderMessage>receive((_, _) -> Behaviors.stopped(), (_, signal) -> {
                            if (signal instanceof PostStop) {
                                decoders.decrementAndGet();
                            }
                            return Behaviors.same();
                        }),
                        "decoder-" + engine.epoch());
                return decoder;
            },
            owner.getRef(),
            HeadShard.Setup.CLOSE,
            HeadShard.Setup.LEAVE)));
    private ActorRef<ShardOrder> orders = kit.<ShardOrder>createTestProbe().getRef();

    @BeforeEach
    void joins() {
        orders = planner.expectMessageClass(ShardReport.Join.class).shard();
    }

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    @Test
    void repeatsItsJoinUntilAnOrderComes() {
        time.timePasses(Duration.ofSeconds(1));
        planner.expectMessageClass(ShardReport.Join.class);
        orders.tell(new ShardOrder.Standby(0, "wait"));
        owner.expectMessage(new HeadShard.StandingBy("wait"));

        time.timePasses(Duration.ofSeconds(1));

        assertThat(planner.expectMessageClass(ShardReport.Beat.class).state()).isEqualTo(NodeState.STANDBY);
    }

    @Test
    void loadsGetsReadyLeadsAndSaysSo() {
        lead(1);

        assertThat(decoders).hasValue(1);
        owner.expectMessage(new HeadShard.Serving(1, true, 0, 2));
    }

    @Test
    void followsWithoutADecoder() {
        orders.tell(new ShardOrder.Assign(Nodes.assignment(3, 1, "x", "a")));
        await().until(() -> !loader.loads.isEmpty());
        loader.last().finish();
        planner.expectMessage(new ShardReport.Ready("a", 3, "fake", 5));

        orders.tell(new ShardOrder.Follow(3));

        owner.expectMessage(new HeadShard.Serving(3, false, 1, 2));
        assertThat(decoders).hasValue(0);
    }

    @Test
    void tellsProgressToItsOwnerAndThePlanner() {
        orders.tell(new ShardOrder.Assign(Nodes.assignment(1, 0, "a")));
        await().until(() -> !loader.loads.isEmpty());

        loader.last().progress().loaded(3, 10);
        owner.expectMessage(new HeadShard.Loading(1, 3, 10));
        time.timePasses(Duration.ofSeconds(1));

        ShardReport.Beat beat = planner.expectMessageClass(ShardReport.Beat.class);
        assertThat(beat.state()).isEqualTo(NodeState.LOADING);
        assertThat(beat.figures().loadedBytes()).isEqualTo(3);
    }

    @Test
    void doesNotLoadBesideACancelledLoadThatIsAlmostDone() {
        orders.tell(new ShardOrder.Assign(Nodes.assignment(1, 0, "a")));
        await().until(() -> loader.loads.size() == 1);
        FakeLoader.Load old = loader.last();
        old.engine().closesSlowly = true;
        orders.tell(new ShardOrder.Assign(Nodes.assignment(2, 0, "a")));
        await().until(() -> loader.cancelled.equals(List.of(1L)));
        planner.expectNoMessage();
        assertThat(loader.loads).hasSize(1);

        old.finish();
        await().until(() -> old.engine().closed);
        planner.expectNoMessage();
        assertThat(loader.loads).hasSize(1);
        old.engine().closing.complete(null);

        await().until(() -> loader.loads.size() == 2);
        assertThat(loader.last().engine().closed).isFalse();
    }

    @Test
    void loadsTheNextEngineWhenTheCancelledLoadHasFailed() {
        orders.tell(new ShardOrder.Assign(Nodes.assignment(1, 0, "a", "b")));
        await().until(() -> loader.loads.size() == 1);
        loader.last().fault().lost(new EngineFault(1, EngineFault.Kind.PEER_DEAD, "b is silent", List.of(1)));
        planner.expectMessage(new ShardReport.Lost("a", 1, "b is silent", List.of("b"), false));
        orders.tell(new ShardOrder.Assign(Nodes.assignment(2, 0, "a")));
        planner.expectNoMessage();
        assertThat(loader.loads).hasSize(1);

        loader.last().result().completeExceptionally(new LoadException("cancelled", false, new Exception()));

        await().until(() -> loader.loads.size() == 2);
    }

    @Test
    void endsInsteadOfLoadingBesideALoadThatHoldsItsMemory() {
        orders.tell(new ShardOrder.Assign(Nodes.assignment(1, 0, "a")));
        await().until(() -> loader.loads.size() == 1);
        orders.tell(new ShardOrder.Assign(Nodes.assignment(2, 0, "a")));
        await().until(() -> !loader.cancelled.isEmpty());

        loader.last()
                .result()
                .completeExceptionally(new LoadException("cancelled", false, new Exception())
                        .notFreed(new IllegalStateException("a worker hangs")));

        assertThat(owner.expectMessageClass(HeadShard.Retired.class).reason()).contains("could not be freed");
        assertThat(loader.loads).hasSize(1);
    }

    @Test
    void reportsWhyALoadFailedThatHoldsItsMemoryAndEnds() {
        orders.tell(new ShardOrder.Assign(Nodes.assignment(1, 0, "a")));
        await().until(() -> !loader.loads.isEmpty());

        loader.last()
                .result()
                .completeExceptionally(new LoadException("peer b did not come", false, new Exception())
                        .notFreed(new IllegalStateException("a worker hangs")));

        planner.expectMessage(new ShardReport.LoadFailed("a", 1, "peer b did not come", false));
        assertThat(owner.expectMessageClass(HeadShard.Retired.class).reason()).contains("could not be freed");
    }

    @Test
    void cancelsItsLoadWhenTheProcessStoodStill() {
        orders.tell(new ShardOrder.Assign(Nodes.assignment(1, 0, "a")));
        await().until(() -> !loader.loads.isEmpty());

        loader.last().fault().lost(new EngineFault(1, EngineFault.Kind.SELF_STOPPED, "stood still", List.of()));

        owner.expectMessage(new HeadShard.Retired("stood still"));
        assertThat(loader.cancelled).containsExactly(1L);
    }

    @Test
    void endsWhenACancelledLoadDoesNotEnd() {
        orders.tell(new ShardOrder.Assign(Nodes.assignment(1, 0, "a")));
        await().until(() -> loader.loads.size() == 1);
        orders.tell(new ShardOrder.Assign(Nodes.assignment(2, 0, "a")));
        await().until(() -> !loader.cancelled.isEmpty());
        planner.expectNoMessage(); // the deadline runs

        time.timePasses(Duration.ofSeconds(21));

        assertThat(owner.expectMessageClass(HeadShard.Retired.class).reason()).contains("did not stop within 20 s");
    }

    @Test
    void reportsTheEndOfItsDecoderAndClosesTheEngine() {
        lead(1);

        decoder.tell(new End());

        ShardReport.Lost lost = planner.expectMessageClass(ShardReport.Lost.class);
        assertThat(lost.reason()).contains("decoder");
        await().until(() -> loader.last().engine().closed);
    }

    @Test
    void endsWhenAnEngineCannotBeClosed() {
        lead(1);
        FakeLoader.Engine old = loader.last().engine();
        old.closesSlowly = true;
        owner.expectMessageClass(HeadShard.Serving.class);
        orders.tell(new ShardOrder.Assign(Nodes.assignment(2, 0, "a")));
        await().until(() -> old.closed);

        old.closing.completeExceptionally(new IllegalStateException("it hangs in layer 3"));

        assertThat(owner.expectMessageClass(HeadShard.Retired.class).reason()).contains("it hangs in layer 3");
        assertThat(loader.loads).hasSize(1);
    }

    @Test
    void tellsANewPlannerAtOnceThatItLeaves() {
        lead(1);
        shard.tell(new HeadShard.Leave());
        planner.expectMessage(new ShardReport.Leaving("a", 1));

        orders.tell(new ShardOrder.JoinAgain());

        planner.expectMessageClass(ShardReport.Join.class);
        planner.expectMessage(new ShardReport.Leaving("a", 1));
    }

    @Test
    void closesTheOldEngineBeforeItLoadsTheNext() {
        lead(1);
        FakeLoader.Engine old = loader.last().engine();
        old.closesSlowly = true;

        orders.tell(new ShardOrder.Assign(Nodes.assignment(2, 0, "a")));
        await().until(() -> old.closed);
        planner.expectNoMessage();
        assertThat(loader.loads).hasSize(1);
        old.closing.complete(null);

        await().until(() -> loader.loads.size() == 2);
        await().until(() -> decoders.get() == 0);
    }

    @Test
    void takesTheNewestOfTwoPlansThatComeWhileItCloses() {
        lead(1);
        FakeLoader.Engine old = loader.last().engine();
        old.closesSlowly = true;

        orders.tell(new ShardOrder.Assign(Nodes.assignment(2, 0, "a")));
        orders.tell(new ShardOrder.Assign(Nodes.assignment(3, 0, "a")));
        await().until(() -> old.closed);
        old.closing.complete(null);

        await().until(() -> loader.loads.size() == 2);
        assertThat(loader.last().assignment().epoch()).isEqualTo(3);
    }

    @Test
    void endsWhenAnEngineDoesNotStop() {
        lead(1);
        FakeLoader.Engine old = loader.last().engine();
        old.closesSlowly = true;
        owner.expectMessageClass(HeadShard.Serving.class);
        orders.tell(new ShardOrder.Release(2, "not needed"));
        await().until(() -> old.closed);

        time.timePasses(Duration.ofSeconds(21));

        assertThat(owner.expectMessageClass(HeadShard.Retired.class).reason()).contains("did not stop within 20 s");
    }

    @Test
    void reportsWhyNoEngineCouldBeMade() {
        orders.tell(new ShardOrder.Assign(Nodes.assignment(1, 0, "a")));
        await().until(() -> !loader.loads.isEmpty());

        loader.last().result().completeExceptionally(new LoadException("peer b did not come", false, new Exception()));

        planner.expectMessage(new ShardReport.LoadFailed("a", 1, "peer b did not come", false));
    }

    @Test
    void namesTheSuspectsOfALostEpochAndClosesTheEngine() {
        lead(1);

        loader.last().fault().lost(new EngineFault(1, EngineFault.Kind.PEER_HUNG, "b hangs", List.of(1)));

        planner.expectMessage(new ShardReport.Lost("a", 1, "b hangs", List.of("b"), true));
        await().until(() -> loader.last().engine().closed);
        await().until(() -> decoders.get() == 0);
    }

    @Test
    void blamesNobodyForAGoodbyeAndIgnoresOneOfAnOldEpoch() {
        lead(1);
        lead(2);

        loader.loads.getFirst().fault().lost(new EngineFault(1, EngineFault.Kind.PEER_LEFT, "b left", List.of()));
        planner.expectNoMessage();
        assertThat(loader.last().engine().closed).isFalse();

        loader.last().fault().lost(new EngineFault(2, EngineFault.Kind.PEER_LEFT, "b left", List.of()));
        planner.expectMessage(new ShardReport.Lost("a", 2, "b left", List.of(), false));
    }

    @Test
    void ignoresTheFaultOfAnOldEpoch() {
        lead(1);
        lead(2);

        loader.loads.getFirst().fault().lost(new EngineFault(1, EngineFault.Kind.PEER_DEAD, "old", List.of(1)));

        planner.expectNoMessage();
        assertThat(loader.last().engine().closed).isFalse();
    }

    @Test
    void endsWhenTheProcessStoodStill() {
        lead(1);
        owner.expectMessageClass(HeadShard.Serving.class);

        loader.last().fault().lost(new EngineFault(1, EngineFault.Kind.SELF_STOPPED, "stood still", List.of()));

        owner.expectMessage(new HeadShard.Retired("stood still"));
    }

    @Test
    void endsWhenThePlannerTellsItTo() {
        orders.tell(new ShardOrder.Retire("another model"));

        owner.expectMessage(new HeadShard.Retired("another model"));
        orders.tell(new ShardOrder.Assign(Nodes.assignment(5, 0, "a")));
        planner.expectNoMessage();
        assertThat(loader.loads).isEmpty();
    }

    @Test
    void answersOrdersThatItHasHeardBeforeByItsStateAndOldOnesNotAtAll() {
        lead(2);

        orders.tell(new ShardOrder.Lead(2));
        assertThat(planner.expectMessageClass(ShardReport.Serving.class).epoch())
                .isEqualTo(2);
        orders.tell(new ShardOrder.Assign(Nodes.assignment(1, 0, "a", "b")));
        orders.tell(new ShardOrder.Release(1, "old"));
        orders.tell(new ShardOrder.Lead(1));
        orders.tell(new ShardOrder.Follow(1));

        planner.expectNoMessage();
        assertThat(loader.loads).hasSize(1);
        assertThat(loader.last().engine().closed).isFalse();
        assertThat(decoders).hasValue(1);
    }

    @Test
    void saysReadyAgainWhenTheAnswerWasLost() {
        orders.tell(new ShardOrder.Assign(Nodes.assignment(1, 0, "a")));
        await().until(() -> !loader.loads.isEmpty());
        loader.last().finish();
        planner.expectMessageClass(ShardReport.Ready.class);

        orders.tell(new ShardOrder.Assign(Nodes.assignment(1, 0, "a")));

        planner.expectMessageClass(ShardReport.Ready.class);
        assertThat(loader.loads).hasSize(1);
    }

    @Test
    void joinsAgainAtANewPlannerWithItsNewestEpoch() {
        lead(4);

        orders.tell(new ShardOrder.JoinAgain());

        assertThat(planner.expectMessageClass(ShardReport.Join.class).epoch()).isEqualTo(4);
    }

    @Test
    void leavesWhenThePlannerHasReleasedIt() {
        lead(1);
        owner.expectMessageClass(HeadShard.Serving.class);

        shard.tell(new HeadShard.Leave());
        planner.expectMessage(new ShardReport.Leaving("a", 1));
        owner.expectNoMessage();
        orders.tell(new ShardOrder.Release(2, "it leaves"));

        owner.expectMessageClass(HeadShard.Left.class);
        assertThat(loader.last().engine().closed).isTrue();
    }

    @Test
    void leavesAfterTheDeadlineWhenThePlannerSaysNothing() {
        shard.tell(new HeadShard.Leave());

        time.timePasses(Duration.ofSeconds(41));

        owner.expectMessageClass(HeadShard.Left.class);
    }

    @Test
    void closesItsEngineWhenItIsStopped() {
        lead(1);

        kit.stop(shard);

        assertThat(loader.last().engine().closed).isTrue();
    }

    private void lead(long epoch) {
        int before = loader.loads.size();
        orders.tell(new ShardOrder.Assign(Nodes.assignment(epoch, 0, "a", "b")));
        await().until(() -> loader.loads.size() > before);
        loader.last().finish();
        planner.expectMessage(new ShardReport.Ready("a", epoch, "fake", 5));
        orders.tell(new ShardOrder.Lead(epoch));
        assertThat(planner.expectMessageClass(ShardReport.Serving.class).epoch())
                .isEqualTo(epoch);
    }
}
