/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import io.headwater.cluster.membership.CborMessage;
import io.headwater.cluster.membership.HostPort;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * Deals the model out to the nodes that have joined, and makes a new plan when nodes come and go. A cluster singleton: where it moves to
 * another node it starts empty, hears from all nodes within a second (a beat of a node that it does not know is answered with {@link
 * ShardOrder.JoinAgain}), and goes on above the highest epoch among them.
 *
 * <p>Its states are classes: {@link Waiting} (no plan, nodes are too few or none fits), {@link Forming} (engines are being made), {@link
 * Serving}, and {@link Recovering} (the plan has ended, membership will say who is gone: read it to see what happens when a node dies).
 * {@link Planning} makes the plans, {@link NodeChanges} notes who comes and goes, {@link PlannerDesk} is what they all work on.
 */
public final class ShardPlanner {
    private ShardPlanner() {}

    public sealed interface Command
            permits ShardReport,
                    Subscribe,
                    GetStatus,
                    MemberCame,
                    MemberGone,
                    MemberUnreachable,
                    ShardGone,
                    SubscriberGone,
                    Due {}

    /** A gateway wants to hear the plan's state, now and from now on. Repeat it each second: the singleton may move. */
    public record Subscribe(ActorRef<PlanState> subscriber) implements Command, CborMessage {}

    /** For {@code headwater status}. */
    public record GetStatus(ActorRef<ClusterStatus> replyTo) implements Command, CborMessage {}

    record MemberCame(HostPort member) implements Command {}

    record MemberGone(HostPort member) implements Command {}

    record MemberUnreachable(HostPort member) implements Command {}

    record ShardGone(ActorRef<ShardOrder> shard) implements Command {}

    record SubscriberGone(ActorRef<PlanState> subscriber) implements Command {}

    /** A deadline of this epoch has passed. */
    record Due(What what, long epoch, String node) implements Command {}

    /** What was waited for. */
    enum What {
        START,
        SETTLE,
        LOAD,
        LEAD,
        MEMBERSHIP,
        SILENT,
        RETRY,
        DRAIN
    }

    /** The behaviour of the singleton. */
    public static Behavior<Command> create(PlannerOptions options) {
        return Behaviors.setup(context -> create(options, new ClusterMembers(context.getSystem()), System::nanoTime));
    }

    static Behavior<Command> create(PlannerOptions options, PlannerMembers members, LongSupplier nanoTime) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            PlannerDesk desk = new PlannerDesk(context, timers, options, members, nanoTime);
            members.subscribe(context);
            desk.timers.start();
            return new Waiting(desk, new Planning(desk)).state();
        }));
    }
}
