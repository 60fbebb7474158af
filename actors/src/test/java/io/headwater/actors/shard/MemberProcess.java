/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.shard;

import io.headwater.actors.plan.DecoderMessage;
import io.headwater.actors.plan.Nodes;
import io.headwater.actors.plan.PlanNode;
import io.headwater.actors.plan.PlanState;
import io.headwater.actors.plan.PlannerOptions;
import io.headwater.actors.plan.ShardPlanner;
import io.headwater.cluster.membership.Downing;
import io.headwater.cluster.membership.HostPort;
import io.headwater.cluster.membership.Membership;
import io.headwater.cluster.membership.MembershipOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.ClusterSingleton;
import org.apache.pekko.cluster.typed.SingletonActor;
import org.apache.pekko.cluster.typed.Subscribe;

/**
 * A member in a process of its own, for tests that kill it: planner, a head shard whose engines are there at once, and one line on its
 * standard output for all that it hears. It ends with its standard input.
 */
public final class MemberProcess {
    private static final Duration AGAIN = Duration.ofMillis(500);

    private MemberProcess() {}

    /** Arguments: name, role, downing, nodes that the first plan waits for, and the address of a member unless it founds the cluster. */
    public static void main(String[] args) throws Exception {
        Downing downing = Downing.valueOf(args[2]);
        MembershipOptions usual = MembershipOptions.founder("127.0.0.1", downing, Set.of(args[1]));
        MembershipOptions founder = new MembershipOptions(
                usual.bind(), usual.seeds(), usual.roles(), downing, usual.timings(), Duration.ofSeconds(60), true);
        MembershipOptions options = args.length > 4 ? founder.joining(HostPort.parse(args[4])) : founder;
        ActorSystem<Void> system = Membership.start(options, node(args[0], args[1], Integer.parseInt(args[3])));
        say("AT " + Membership.address(system));
        waitForEndOfInput();
        Runtime.getRuntime().halt(0);
    }

    private static void waitForEndOfInput() throws IOException {
        while (System.in.read() >= 0) {
            // nobody writes
        }
    }

    private static Behavior<Void> node(String name, String role, int expected) {
        return Behaviors.setup(context -> {
            ActorRef<ClusterEvent.MemberRemoved> removed = context.spawn(
                    Behaviors.<ClusterEvent.MemberRemoved>receiveMessage(event -> {
                        say("GONE " + Membership.hostPort(event.member().address()));
                        return Behaviors.same();
                    }),
                    "removed");
            ActorRef<ClusterEvent.UnreachableMember> silent = context.spawn(
                    Behaviors.<ClusterEvent.UnreachableMember>receiveMessage(event -> {
                        say("SILENT " + Membership.hostPort(event.member().address()));
                        return Behaviors.same();
                    }),
                    "silent");
            Cluster cluster = Cluster.get(context.getSystem());
            cluster.subscriptions().tell(new Subscribe<>(removed, ClusterEvent.MemberRemoved.class));
            cluster.subscriptions().tell(new Subscribe<>(silent, ClusterEvent.UnreachableMember.class));
            PlannerOptions options = new PlannerOptions(
                    Nodes.MODEL, Nodes.SETTINGS, "1", expected, false, PlannerOptions.Deadlines.DEFAULT);
            ActorRef<ShardPlanner.Command> planner = ClusterSingleton.get(context.getSystem())
                    .init(SingletonActor.of(ShardPlanner.create(options), "planner"));
            listen(context, planner);
            if (role.equals("shard")) {
                context.spawn(headShard(context, name, planner), "head-shard");
            }
            return Behaviors.empty();
        });
    }

    private static void listen(ActorContext<Void> context, ActorRef<ShardPlanner.Command> planner) {
        ActorRef<PlanState> ear = context.spawn(
                Behaviors.<PlanState>receiveMessage(state -> {
                    if (state instanceof PlanState.Serving serving) {
                        List<String> ids = serving.nodes().stream()
                                .map(PlanNode::id)
                                .sorted()
                                .toList();
                        say("SERVING " + String.join(",", ids) + " in epoch " + serving.epoch());
                    }
                    return Behaviors.same();
                }),
                "ear");
        context.getSystem()
                .scheduler()
                .scheduleWithFixedDelay(
                        Duration.ZERO,
                        AGAIN,
                        () -> planner.tell(new ShardPlanner.Subscribe(ear)),
                        context.getSystem().executionContext());
    }

    private static Behavior<HeadShard.Command> headShard(
            ActorContext<Void> context, String name, ActorRef<ShardPlanner.Command> planner) {
        FakeLoader loader = new FakeLoader();
        loader.instant = true;
        return HeadShard.create(new HeadShard.Setup(
                Nodes.profile(name, 1),
                planner,
                loader,
                (shard, _) -> shard.spawnAnonymous(Behaviors.<DecoderMessage>empty()),
                context.spawn(Behaviors.<HeadShard.Event>ignore(), "owner"),
                HeadShard.Setup.CLOSE,
                HeadShard.Setup.LEAVE));
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
