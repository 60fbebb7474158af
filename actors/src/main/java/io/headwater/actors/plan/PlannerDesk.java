/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import io.headwater.cluster.membership.HostPort;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.slf4j.Logger;

/** What all states of the planner work on, and what they all do with questions and with what comes too late. Owned by the planner. */
final class PlannerDesk {
    final PlannerOptions options;
    final PlannerMembers members;
    final LongSupplier nanoTime;
    final NodeRoster roster;
    final CurrentPlan plan = new CurrentPlan();
    final PlannerTimers timers;
    final RebuildTimes rebuilds = new RebuildTimes();
    final FailureRecord failures = new FailureRecord();
    /** The time for the first plan's nodes to join has passed without a plan. */
    boolean startIsOver;

    private final ActorContext<ShardPlanner.Command> context;
    private final Subscribers gateways = new Subscribers();
    private long late;

    PlannerDesk(
            ActorContext<ShardPlanner.Command> context,
            TimerScheduler<ShardPlanner.Command> timers,
            PlannerOptions options,
            PlannerMembers members,
            LongSupplier nanoTime) {
        this.context = context;
        this.options = options;
        this.members = members;
        this.nanoTime = nanoTime;
        this.roster = new NodeRoster(context);
        this.timers = new PlannerTimers(timers, options.deadlines(), plan);
    }

    Logger log() {
        return context.getLog();
    }

    Behavior<ShardPlanner.Command> stay() {
        return Behaviors.same();
    }

    /** Of an old epoch, or from somebody who is not in the plan. */
    Behavior<ShardPlanner.Command> late() {
        late++;
        return Behaviors.same();
    }

    /** Whether a report speaks of the newest plan, and comes from one of its nodes. */
    boolean current(ShardReport report) {
        return report.epoch() == plan.epoch() && plan.contains(report.node()) && roster.contains(report.node());
    }

    /** What every state does the same way. */
    Behavior<ShardPlanner.Command> common(ShardPlanner.Command command) {
        switch (command) {
            case ShardPlanner.Subscribe(ActorRef<PlanState> subscriber) -> {
                if (gateways.add(subscriber)) {
                    context.watchWith(subscriber, new ShardPlanner.SubscriberGone(subscriber));
                }
            }
            case ShardPlanner.SubscriberGone(ActorRef<PlanState> subscriber) -> gateways.remove(subscriber);
            case ShardPlanner.GetStatus(ActorRef<ClusterStatus> replyTo) -> replyTo.tell(status());
            case ShardPlanner.MemberUnreachable(HostPort member) ->
                roster.at(member).ifPresent(node -> node.unreachable = true);
            case ShardPlanner.Due(ShardPlanner.What what, long _, String node)
            when what == ShardPlanner.What.SILENT ->
                roster.get(node).filter(late -> plan.contains(node)).ifPresent(this::takeOutIfSilent);
            case ShardPlanner.MemberCame(HostPort member) ->
                roster.at(member).ifPresent(node -> node.unreachable = false);
            case ShardReport _ -> late++;
            case ShardPlanner.Due _, ShardPlanner.MemberGone _, ShardPlanner.ShardGone _ -> {} // nobody's message
        }
        return Behaviors.same();
    }

    /**
     * The split-brain resolver need not be waited for: it decides the same, but only after nothing has changed for a while. Not where this
     * side may be the one that has to go.
     */
    void takeOutIfSilent(PlannedNode node) {
        if (node.unreachable && (options.downSuspects() || members.reachesMost())) {
            log().info("node {} is taken out: it is unreachable", node.id());
            members.down(node.address);
        }
    }

    void publish(PlanState state) {
        gateways.publish(state);
    }

    void publishForming(String why) {
        publish(new PlanState.Forming(
                plan.epoch(),
                why,
                roster.in(plan).stream().map(PlannedNode::loading).toList()));
    }

    void publishNone(String reason, boolean hopeless) {
        publish(new PlanState.NoPlan(plan.epoch(), reason, hopeless));
    }

    private ClusterStatus status() {
        List<ClusterStatus.Node> nodes = roster.all().stream()
                .map(node -> StatusNodes.of(node, plan.place(node.id()), plan.leads(node.id()), options.model()))
                .toList();
        List<String> addresses =
                members.members().stream().map(HostPort::toString).toList();
        Optional<NodeFigures> leader = roster.leader(plan).map(node -> node.figures);
        return StatusNodes.status(gateways.state(), nodes, addresses, leader, late);
    }
}
