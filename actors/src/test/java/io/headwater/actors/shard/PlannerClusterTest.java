/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headwater.actors.plan.ClusterStatus;
import io.headwater.actors.plan.DecoderMessage;
import io.headwater.actors.plan.NodeFigures;
import io.headwater.actors.plan.NodeState;
import io.headwater.actors.plan.Nodes;
import io.headwater.actors.plan.PlanAssignment;
import io.headwater.actors.plan.PlanState;
import io.headwater.actors.plan.PlannerOptions;
import io.headwater.actors.plan.ShardOrder;
import io.headwater.actors.plan.ShardPlanner;
import io.headwater.actors.plan.ShardReport;
import io.headwater.cluster.membership.Downing;
import io.headwater.cluster.membership.HostPort;
import io.headwater.cluster.membership.Membership;
import io.headwater.cluster.membership.MembershipException;
import io.headwater.cluster.membership.MembershipOptions;
import io.headwater.model.shard.UnitRange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.ClusterSingleton;
import org.apache.pekko.cluster.typed.SingletonActor;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.Serializers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real actor systems in one process: the messages travel, and membership says who is gone. */
class PlannerClusterTest {
    private static final MembershipOptions FOUNDER = MembershipOptions.founder(
                    "127.0.0.1", Downing.KEEP_OLDEST, Set.of("gateway"))
            .withExitWhenDown(false);
    private static final PlannerOptions OPTIONS =
            new PlannerOptions(Nodes.MODEL, Nodes.SETTINGS, "1", 2, true, PlannerOptions.Deadlines.DEFAULT);

    private final List<ActorSystem<?>> systems = new CopyOnWriteArrayList<>();
    private final List<PlanState> heard = new CopyOnWriteArrayList<>();

    @AfterEach
    void terminate() {
        systems.forEach(ActorSystem::terminate);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> systems.stream()
                        .allMatch(system ->
                                system.getWhenTerminated().toCompletableFuture().isDone()));
    }

    @Test
    void makesANewPlanWhenANodeIsTakenOut() throws MembershipException {
        ActorSystem<Void> parent = start(FOUNDER, gateway());
        HostPort seed = Membership.address(parent);
        start(FOUNDER.joining(seed), node("a"));
        ActorSystem<Void> second = start(FOUNDER.joining(seed), node("b"));
        await().atMost(Duration.ofSeconds(60)).until(() -> servingNodes() == 2);
        long epoch = heard.getLast().epoch();

        Downing.down(parent, Membership.address(second));

        await().atMost(Duration.ofSeconds(60)).until(() -> servingNodes() == 1);
        assertThat(heard.getLast().epoch()).isGreaterThan(epoch);
    }

    @Test
    void everyMessageThatLeavesTheNodeComesBackFromCborAsItWas() throws MembershipException {
        ActorSystem<Void> system = start(FOUNDER, Behaviors.empty());
        ActorRef<ShardOrder> shard = system.systemActorOf(Behaviors.<ShardOrder>empty(), "s", Props.empty());
        PlanAssignment plan = Nodes.assignment(7, 1, "a", "b");
        NodeFigures figures =
                new NodeFigures(1, 2, "k", 3, 4, 5, 6, 11, 7, 8, 9, 12, 13, 1.5, 2.5, 3.5, 4.5, 10, Map.of("late", 3L));
        ActorRef<DecoderMessage> decoder = shard.unsafeUpcast().narrow();
        UnitRange range = new UnitRange(1, 2);
        ClusterStatus.Node node = new ClusterStatus.Node(
                "a", "h", 1, List.of("shard"), NodeState.SERVING, "", true, range, range, range, 1024, 1.5, 2, figures);
        List<Object> messages = new ArrayList<>(List.of(
                new ShardReport.Join(Nodes.profile("a", 1.5), 3, shard),
                new ShardReport.Beat("a", 3, NodeState.SERVING, figures, shard),
                new ShardReport.Ready("a", 3, "k", 9),
                new ShardReport.LoadFailed("a", 3, "why", true),
                new ShardReport.Serving("a", 3, decoder),
                new ShardReport.Lost("a", 3, "why", List.of("b"), true),
                new ShardReport.Leaving("a", 3),
                new ShardOrder.Standby(3, "why"),
                new ShardOrder.Assign(plan),
                new ShardOrder.Lead(3),
                new ShardOrder.Follow(3),
                new ShardOrder.Release(3, "why"),
                new ShardOrder.JoinAgain(),
                new ShardOrder.Retire("why"),
                new PlanState.NoPlan(3, "why", true),
                new PlanState.Forming(3, "why", List.of(new PlanState.Loading("a", "h", 1, 2, false))),
                new PlanState.Serving(3, decoder, plan.nodes(), plan.settings(), "k", 5),
                new ShardPlanner.Subscribe(shard.unsafeUpcast().narrow()),
                new ShardPlanner.GetStatus(shard.unsafeUpcast().narrow()),
                new ClusterStatus(
                        3,
                        "serving",
                        "",
                        List.of(node),
                        List.of("h:1"),
                        new ClusterStatus.Sessions(1, 2, 3, 4, 5),
                        new ClusterStatus.Exchange(1.5, 2.5),
                        3.5,
                        Map.of("late", 3L))));

        Serialization serialization = SerializationExtension.get(Adapter.toClassic(system));
        for (Object message : messages) {
            byte[] bytes = serialization.serialize(message).get();
            var serializer = serialization.findSerializerFor(message);
            Object back = serialization
                    .deserialize(bytes, serializer.identifier(), Serializers.manifestFor(serializer, message))
                    .get();
            assertThat(back).isEqualTo(message);
            assertThat(serializer.identifier()).as("jackson-cbor").isEqualTo(33);
        }
    }

    private long servingNodes() {
        return heard.isEmpty() || !(heard.getLast() instanceof PlanState.Serving serving)
                ? 0
                : serving.nodes().size();
    }

    private ActorSystem<Void> start(MembershipOptions options, Behavior<Void> guardian) throws MembershipException {
        ActorSystem<Void> system = Membership.start(options, guardian);
        systems.add(system);
        return system;
    }

    private Behavior<Void> gateway() {
        return Behaviors.setup(context -> {
            ActorRef<PlanState> ear = context.spawn(
                    Behaviors.<PlanState>receiveMessage(state -> {
                        heard.add(state);
                        return Behaviors.same();
                    }),
                    "ear");
            planner(context.getSystem()).tell(new ShardPlanner.Subscribe(ear));
            return Behaviors.empty();
        });
    }

    private static ActorRef<ShardPlanner.Command> planner(ActorSystem<?> system) {
        return ClusterSingleton.get(system).init(SingletonActor.of(ShardPlanner.create(OPTIONS), "planner"));
    }

    private static Behavior<Void> node(String name) {
        return Behaviors.setup(context -> {
            FakeLoader loader = new FakeLoader();
            loader.instant = true;
            context.spawn(
                    HeadShard.create(new HeadShard.Setup(
                            Nodes.profile(name, 1),
                            planner(context.getSystem()),
                            loader,
                            (shard, _) -> shard.spawnAnonymous(Behaviors.<DecoderMessage>empty()),
                            context.spawn(Behaviors.<HeadShard.Event>ignore(), "owner"),
                            HeadShard.Setup.CLOSE,
                            HeadShard.Setup.LEAVE)),
                    "head-shard");
            return Behaviors.empty();
        });
    }
}
