/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import io.headwater.cluster.membership.CborMessage;
import io.headwater.cluster.membership.HostPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Deals the model out to the nodes that have joined, and makes a new plan when nodes come and go. A cluster singleton: where it moves to
 * another node it starts empty, hears from all nodes within a second (a beat of a node that it does not know is answered with {@link
 * ShardOrder.JoinAgain}), and goes on above the highest epoch among them.
 *
 * <p>Its states are {@link #waiting} (no plan, nodes are too few or none fits), {@link #forming} (engines are being made), {@link #serving},
 * and {@link #recovering} (the plan has ended, membership will say who is gone). Orders that get lost are sent again when a node's beat shows
 * that it has not heard them.
 */
public final class ShardPlanner {
    private static final int MOST_FAILURES = 5;
    private static final int MOST_STRIKES = 2;

    /** A plan that has served so long was sound: what was held against nodes is forgotten. */
    private static final long LONG_SERVED_NANOS = TimeUnit.SECONDS.toNanos(30);

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

    record ShardGone(String node, ActorRef<ShardOrder> shard) implements Command {}

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
        DRAIN
    }

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final PlannerOptions options;
    private final PlannerMembers members;
    private final LongSupplier nanoTime;
    private final PlanDecision decision;
    private final Map<String, PlannedNode> nodes = new LinkedHashMap<>();
    private final Subscribers gateways = new Subscribers();

    /** Of the newest plan; {@link #highest} is the highest that anybody has heard of. */
    private long epoch;

    private long highest;
    private List<PlanNode> plan = List.of();
    private List<String> order = List.of();
    private boolean planned;
    private long plannedAtNanos;
    private long servingSinceNanos;
    private long rebuildNanos = Long.MAX_VALUE;
    private int failures;
    private long late;

    private ShardPlanner(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            PlannerOptions options,
            PlannerMembers members,
            LongSupplier nanoTime) {
        this.context = context;
        this.timers = timers;
        this.options = options;
        this.members = members;
        this.nanoTime = nanoTime;
        this.decision = new PlanDecision(options.model(), options.settings());
    }

    /** The behaviour of the singleton. */
    public static Behavior<Command> create(PlannerOptions options) {
        return Behaviors.setup(context -> create(options, new ClusterMembers(context.getSystem()), System::nanoTime));
    }

    static Behavior<Command> create(PlannerOptions options, PlannerMembers members, LongSupplier nanoTime) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            ShardPlanner planner = new ShardPlanner(context, timers, options, members, nanoTime);
            members.subscribe(context);
            planner.after(What.START, options.deadlines().start());
            return planner.waiting();
        }));
    }

    // ---- states

    /** No plan. */
    private Behavior<Command> waiting() {
        return Behaviors.receiveMessage(command -> switch (command) {
            case ShardReport.Join join -> joined(join) ? whenEnough() : Behaviors.same();
            case Due(What what, long _, String _) when what == What.START || what == What.SETTLE -> onStartOver(what);
            case MemberGone gone -> remove(at(gone.member()), "it is no member any more", this::stay);
            case ShardGone gone -> remove(sameShard(gone), "its actor has ended", this::stay);
            case ShardReport.Leaving leaving -> leave(leaving, this::stay);
            case ShardReport.Beat beat -> beat(beat, this::stay);
            case ShardReport.Ready _, ShardReport.LoadFailed _, ShardReport.Serving _, ShardReport.Lost _ -> late();
            case Subscribe _, GetStatus _, SubscriberGone _, MemberCame _, MemberUnreachable _, Due _ ->
                common(command);
        });
    }

    /** Engines are being made. */
    private Behavior<Command> forming(String why) {
        return Behaviors.receiveMessage(command -> switch (command) {
            case ShardReport.Join join -> {
                joined(join); // it is in a later plan
                yield Behaviors.same();
            }
            case ShardReport.Ready ready when current(ready) -> onReady(ready, why);
            case ShardReport.Serving serving when current(serving) -> onServing(serving);
            case ShardReport.LoadFailed failed when current(failed) -> onLoadFailed(failed);
            case ShardReport.Lost lost when current(lost) -> onLost(lost);
            case Due(What what, long due, String node) when due == epoch -> onFormingLate(what, node);
            case MemberGone gone -> remove(at(gone.member()), "it is no member any more", this::replan);
            case ShardGone gone -> remove(sameShard(gone), "its actor has ended", this::replan);
            case ShardReport.Leaving leaving -> leave(leaving, this::replan);
            case ShardReport.Beat beat -> beat(beat, () -> onFormingBeat(beat, why));
            case ShardReport.Ready _, ShardReport.LoadFailed _, ShardReport.Serving _, ShardReport.Lost _ -> late();
            case Subscribe _, GetStatus _, SubscriberGone _, MemberCame _, MemberUnreachable _, Due _ ->
                common(command);
        });
    }

    /** The plan answers. */
    private Behavior<Command> serving() {
        return Behaviors.receiveMessage(command -> switch (command) {
            case ShardReport.Join join -> joined(join) ? improve() : Behaviors.same();
            case ShardReport.Lost lost when current(lost) -> onLost(lost);
            case MemberGone gone -> remove(at(gone.member()), "it is no member any more", this::replan);
            case ShardGone gone -> remove(sameShard(gone), "its actor has ended", this::replan);
            case ShardReport.Leaving leaving -> leave(leaving, this::improve);
            case ShardReport.Beat beat -> beat(beat, () -> stopped(beat) ? onLost(unheard(beat)) : improve());
            case Due(What what, long _, String node) when what == What.DRAIN -> onDrainOver(node);
            case ShardReport.Serving _, ShardReport.Ready _, ShardReport.LoadFailed _, ShardReport.Lost _ -> late();
            case Subscribe _, GetStatus _, SubscriberGone _, MemberCame _, MemberUnreachable _, Due _ ->
                common(command);
        });
    }

    /** The plan has ended; membership will say who is gone, or the deadline passes. */
    private Behavior<Command> recovering(Loss loss) {
        return Behaviors.receiveMessage(command -> switch (command) {
            case ShardReport.Join join -> {
                joined(join);
                yield Behaviors.same();
            }
            case ShardReport.Lost lost when current(lost) -> onLostAgain(loss, lost);
            case MemberGone gone -> remove(at(gone.member()), "it is no member any more", () -> whenAllGone(loss));
            case ShardGone gone -> remove(sameShard(gone), "its actor has ended", () -> whenAllGone(loss));
            case MemberUnreachable silent -> {
                common(silent);
                downSuspects(loss);
                yield Behaviors.same();
            }
            case ShardReport.Leaving leaving -> leave(leaving, () -> whenAllGone(loss));
            case ShardReport.Beat beat -> beat(beat, this::stay);
            case Due(What what, long due, String _)
            when what == What.MEMBERSHIP && due == epoch -> onMembershipSilent(loss);
            case ShardReport.Serving _, ShardReport.Ready _, ShardReport.LoadFailed _, ShardReport.Lost _ -> late();
            case Subscribe _, GetStatus _, SubscriberGone _, MemberCame _, Due _ -> common(command);
        });
    }

    /** What ended a plan. */
    private record Loss(String reason, List<String> suspects) {}

    // ---- nodes come

    /** Takes a node in; false if it was known or is turned away. */
    private boolean joined(ShardReport.Join join) {
        highest = Math.max(highest, join.epoch());
        NodeProfile profile = join.profile();
        Optional<String> unfit = unfit(profile);
        if (unfit.isPresent()) {
            context.getLog().info("node {} is turned away: {}", profile.node(), unfit.get());
            join.shard().tell(new ShardOrder.Retire(unfit.get()));
            return false;
        }
        PlannedNode known = nodes.get(profile.node());
        if (known != null && known.shard.equals(join.shard())) {
            greet(known);
            return false;
        }
        PlannedNode node = new PlannedNode(profile, join.shard(), members.addressOf(join.shard()));
        nodes.put(node.id(), node);
        context.watchWith(join.shard(), new ShardGone(node.id(), join.shard()));
        context.getLog()
                .info(
                        "node {} joined (host {}, pid {}, capacity {})",
                        node.id(),
                        profile.host(),
                        profile.pid(),
                        profile.capacity());
        greet(node);
        return true;
    }

    private Optional<String> unfit(NodeProfile profile) {
        if (!profile.model().equals(options.model().fingerprint())) {
            return Optional.of("node " + profile.node() + " has another model file (" + profile.model()
                    + ") than the cluster (" + options.model().fingerprint() + "): start it with the same -m");
        }
        if (!profile.version().equals(options.version())) {
            return Optional.of("node " + profile.node() + " runs version " + profile.version() + ", the cluster "
                    + options.version() + ": install the same");
        }
        return Optional.empty();
    }

    private void greet(PlannedNode node) {
        if (!place(node.id()).isPresent()) {
            node.shard.tell(new ShardOrder.Standby(epoch, node.reason));
        }
    }

    private Behavior<Command> whenEnough() {
        long usable = nodes.values().stream().filter(PlannedNode::usable).count();
        if (!planned && options.expectedNodes() > 0 && usable >= options.expectedNodes()) {
            return replan();
        }
        if ((planned || options.expectedNodes() == 0) && !timers.isTimerActive(What.SETTLE)) {
            after(What.SETTLE, options.deadlines().settle());
        }
        return Behaviors.same();
    }

    private Behavior<Command> onStartOver(What what) {
        if (what == What.START && planned) {
            return Behaviors.same();
        }
        if (nodes.isEmpty() && what == What.START) {
            publishNone(
                    "no shard node has joined within "
                            + options.deadlines().start().toSeconds()
                            + " s: look at the nodes' logs, or start one with headwater node --join",
                    true);
            return Behaviors.same();
        }
        return nodes.isEmpty() ? Behaviors.same() : replan();
    }

    // ---- nodes go

    private Behavior<Command> remove(Optional<PlannedNode> gone, String how, Next next) {
        if (gone.isEmpty()) {
            return Behaviors.same();
        }
        PlannedNode node = gone.get();
        nodes.remove(node.id());
        context.unwatch(node.shard);
        boolean inPlan = place(node.id()).isPresent();
        context.getLog().info("node {} is lost: {}{}", node.id(), how, inPlan ? "" : " (it was in no plan)");
        if (nodes.isEmpty() && !inPlan && plan.isEmpty()) {
            publishNone("all nodes are gone: start one with headwater node", planned);
        }
        return inPlan ? next.state() : Behaviors.same();
    }

    private Behavior<Command> leave(ShardReport.Leaving leaving, Next next) {
        PlannedNode node = nodes.get(leaving.node());
        if (node == null) {
            late++;
            return Behaviors.same();
        }
        boolean first = !node.leaving;
        node.leaving = true;
        node.reason = "it leaves";
        if (place(node.id()).isEmpty()) {
            node.shard.tell(new ShardOrder.Release(epoch, node.reason));
            return Behaviors.same();
        }
        if (!first) {
            return Behaviors.same();
        }
        context.getLog().info("node {} leaves: it is drained", node.id());
        timers.startSingleTimer(
                What.DRAIN + node.id(),
                new Due(What.DRAIN, epoch, node.id()),
                options.deadlines().drain());
        return next.state();
    }

    private Behavior<Command> onDrainOver(String id) {
        PlannedNode node = nodes.get(id);
        if (node == null || !node.leaving || place(id).isEmpty()) {
            return Behaviors.same();
        }
        node.leaveOverdue = true;
        return improve();
    }

    // ---- a plan is made

    /** A new plan of the nodes that are there. */
    private Behavior<Command> replan() {
        String why = planned ? "the cluster's nodes have changed" : "the model is being loaded";
        epoch = ++highest;
        return switch (decision.decide(epoch, usable(), order)) {
            case PlanDecision.Decision.Impossible(String reason) -> noPlan(reason);
            case PlanDecision.Decision.Plan next -> assign(next, why);
        };
    }

    private Behavior<Command> noPlan(String reason) {
        String excluded = nodes.values().stream()
                .filter(node -> !node.excluded.isEmpty())
                .map(node -> "; node " + node.id() + " is not used: " + node.excluded)
                .reduce("", String::concat);
        context.getLog().info("epoch {}: no plan: {}{}", epoch, reason, excluded);
        plan = List.of();
        planned = true;
        clearTimers();
        for (PlannedNode node : nodes.values()) {
            standby(node, node.leaving || !node.excluded.isEmpty() ? node.reason : reason);
        }
        publishNone(reason + excluded, true);
        return waiting();
    }

    private Behavior<Command> assign(PlanDecision.Decision.Plan next, String why) {
        plan = next.nodes();
        order = next.order();
        planned = true;
        plannedAtNanos = nanoTime.getAsLong();
        clearTimers();
        context.getLog().info("epoch {}: plan for {}: {}", epoch, order, why);
        for (PlannedNode node : nodes.values()) {
            int shard = order.indexOf(node.id());
            if (shard < 0) {
                standby(node, node.usable() ? next.spare().getOrDefault(node.id(), node.reason) : node.reason);
            } else {
                node.ready = false;
                node.reason = "";
                node.state = NodeState.LOADING;
                node.figures = NodeFigures.NONE;
                tellAssignment(node);
                startLoadTimer(node.id());
            }
        }
        publishForming(why);
        return forming(why);
    }

    private void tellAssignment(PlannedNode node) {
        node.shard.tell(new ShardOrder.Assign(new PlanAssignment(
                epoch,
                plan,
                order.indexOf(node.id()),
                options.settings(),
                options.model().fingerprint())));
    }

    private void standby(PlannedNode node, String reason) {
        node.ready = false;
        node.reason = reason;
        node.state = NodeState.STANDBY;
        node.shard.tell(new ShardOrder.Release(epoch, reason));
    }

    private Behavior<Command> onReady(ShardReport.Ready ready, String why) {
        PlannedNode node = nodes.get(ready.node());
        if (node == null || place(ready.node()).isEmpty()) {
            return late();
        }
        node.ready = true;
        node.state = NodeState.READY;
        node.kernels = ready.kernels();
        node.weightBytes = ready.weightBytes();
        timers.cancel(What.LOAD + ready.node());
        publishForming(why);
        if (allReady()) {
            planned(0).ifPresent(leader -> leader.shard.tell(new ShardOrder.Lead(epoch)));
            timers.startSingleTimer(
                    What.LEAD,
                    new Due(What.LEAD, epoch, order.getFirst()),
                    options.deadlines().lead());
        }
        return Behaviors.same();
    }

    private Behavior<Command> onServing(ShardReport.Serving serving) {
        timers.cancel(What.LEAD);
        servingSinceNanos = nanoTime.getAsLong();
        rebuildNanos = servingSinceNanos - plannedAtNanos;
        long weightBytes = 0;
        for (int shard = 0; shard < plan.size(); shard++) {
            Optional<PlannedNode> node = planned(shard);
            node.ifPresent(one -> one.state = NodeState.SERVING);
            weightBytes += node.map(one -> one.weightBytes).orElse(0L);
            if (shard > 0) {
                node.ifPresent(one -> one.shard.tell(new ShardOrder.Follow(epoch)));
            }
        }
        String kernels = planned(0).map(leader -> leader.kernels).orElse("");
        context.getLog()
                .info(
                        "epoch {}: serving after {} ms",
                        epoch,
                        Duration.ofNanos(rebuildNanos).toMillis());
        gateways.publish(
                new PlanState.Serving(epoch, serving.decoder(), plan, options.settings(), kernels, weightBytes));
        return improve(serving());
    }

    /** Sends again what a node has not heard, and lets a slow load go on as long as it gets on. */
    private Behavior<Command> onFormingBeat(ShardReport.Beat beat, String why) {
        PlannedNode node = nodes.get(beat.node());
        if (node == null || place(beat.node()).isEmpty()) {
            return Behaviors.same();
        }
        if (stopped(beat)) {
            return onLost(unheard(beat));
        }
        if (!node.ready) {
            if (beat.epoch() < epoch || beat.state() == NodeState.READY) {
                tellAssignment(node); // lost on the way, it or its answer
            }
            publishForming(why);
        } else if (allReady() && order.getFirst().equals(node.id())) {
            node.shard.tell(new ShardOrder.Lead(epoch));
        }
        return Behaviors.same();
    }

    // ---- a plan ends

    private Behavior<Command> onLost(ShardReport.Lost lost) {
        context.getLog().info("epoch {} has ended: node {}: {}", epoch, lost.node(), lost.reason());
        if (nanoTime.getAsLong() - servingSinceNanos > LONG_SERVED_NANOS) {
            failures = 0;
            nodes.values().forEach(node -> node.strikes = 0);
        }
        clearTimers();
        PlannerOptions.Deadlines deadlines = options.deadlines();
        after(What.MEMBERSHIP, lost.suspects().isEmpty() ? deadlines.settle() : deadlines.membership());
        publishForming(lost.reason());
        return onLostAgain(new Loss(lost.reason(), List.of()), lost);
    }

    private Behavior<Command> onLostAgain(Loss loss, ShardReport.Lost lost) {
        List<String> suspects = new ArrayList<>(loss.suspects());
        for (String suspect : lost.suspects()) {
            if (lost.hung()) {
                retire(suspect, lost.reason());
            }
            if (!suspects.contains(suspect)) {
                suspects.add(suspect);
            }
        }
        Loss all = new Loss(loss.reason(), List.copyOf(suspects));
        if (suspects.isEmpty()) {
            return recovering(all); // the engine of the node itself: its peers, or the deadline, come next
        }
        downSuspects(all);
        return whenAllGone(all);
    }

    /** A node of the plan that has no engine: what it told of that did not arrive. */
    private boolean stopped(ShardReport.Beat beat) {
        return beat.epoch() == epoch
                && beat.state() == NodeState.STANDBY
                && place(beat.node()).isPresent();
    }

    private static ShardReport.Lost unheard(ShardReport.Beat beat) {
        String reason = "node " + beat.node() + " has no engine any more";
        return new ShardReport.Lost(beat.node(), beat.epoch(), reason, List.of(), false);
    }

    private void downSuspects(Loss loss) {
        for (String suspect : loss.suspects()) {
            PlannedNode node = nodes.get(suspect);
            if (options.downSuspects() && node != null && node.unreachable) {
                members.down(node.address);
            }
        }
    }

    private Behavior<Command> whenAllGone(Loss loss) {
        boolean somebodyIsThere = loss.suspects().stream().anyMatch(nodes::containsKey);
        boolean somebodyHasGone = order.stream().anyMatch(id -> !nodes.containsKey(id));
        return somebodyHasGone && !somebodyIsThere ? replan() : recovering(loss);
    }

    /** Nobody has gone: the peers' word stands against the failure detector's. Who is suspected again is turned away. */
    private Behavior<Command> onMembershipSilent(Loss loss) {
        failures++;
        for (String suspect : loss.suspects()) {
            PlannedNode node = nodes.get(suspect);
            if (node != null && ++node.strikes >= MOST_STRIKES) {
                retire(suspect, "it is a member, but its peers in the plan did not hear it: " + loss.reason());
                break; // the others may have been suspected by this one
            }
        }
        if (failures > MOST_FAILURES) {
            failures = 0;
            epoch = ++highest;
            return noPlan(MOST_FAILURES + " plans in a row have failed, the last one because: " + loss.reason());
        }
        return replan();
    }

    private Behavior<Command> onLoadFailed(ShardReport.LoadFailed failed) {
        PlannedNode node = nodes.get(failed.node());
        context.getLog().info("epoch {}: node {} has no engine: {}", epoch, failed.node(), failed.reason());
        if (node != null && failed.lasting()) {
            exclude(node, failed.reason());
            return replan();
        }
        clearTimers();
        after(What.MEMBERSHIP, options.deadlines().settle());
        return recovering(new Loss(failed.reason(), List.of()));
    }

    private Behavior<Command> onFormingLate(What what, String id) {
        PlannedNode node = nodes.get(id);
        return switch (what) {
            case LOAD, LEAD -> {
                if (node != null) {
                    exclude(
                            node,
                            what == What.LOAD
                                    ? "its engine got no further for "
                                            + options.deadlines().load().toSeconds() + " s"
                                    : "its decoder did not start");
                }
                yield replan();
            }
            case DRAIN, START, SETTLE, MEMBERSHIP -> Behaviors.same(); // a leaving node is not in a forming plan
        };
    }

    private void exclude(PlannedNode node, String reason) {
        node.excluded = reason;
        node.reason = reason;
        context.getLog().info("node {} is not used any more: {}", node.id(), reason);
    }

    private void retire(String id, String reason) {
        PlannedNode node = nodes.remove(id);
        if (node != null) {
            context.getLog().info("node {} is told to end: {}", id, reason);
            context.unwatch(node.shard);
            node.shard.tell(new ShardOrder.Retire(reason));
        }
    }

    // ---- a better plan

    private Behavior<Command> improve() {
        return improve(Behaviors.same());
    }

    /** A new plan if other nodes should be in it, and the moment is good. */
    private Behavior<Command> improve(Behavior<Command> otherwise) {
        boolean overdue = nodes.values().stream().anyMatch(node -> node.leaveOverdue);
        boolean leaver = plan.stream().anyMatch(node -> !usable(node.id()));
        return (leaver || newcomer()) && (overdue || quick()) ? replan() : otherwise;
    }

    private boolean newcomer() {
        List<NodeProfile> usable = usable();
        return usable.size() > plan.size()
                && plan.size() < options.model().units().headUnits()
                && decision.decide(highest + 1, usable, order) instanceof PlanDecision.Decision.Plan better
                && !better.order().equals(order);
    }

    private List<NodeProfile> usable() {
        return nodes.values().stream()
                .filter(PlannedNode::usable)
                .map(node -> node.profile)
                .toList();
    }

    private boolean usable(String id) {
        PlannedNode node = nodes.get(id);
        return node != null && node.usable();
    }

    /** Nothing runs, or what runs would wait for less than {@code quickRebuild}. */
    private boolean quick() {
        NodeFigures leader = planned(0).map(node -> node.figures).orElse(NodeFigures.NONE);
        if (leader.running() == 0 && leader.waiting() == 0) {
            return true;
        }
        if (rebuildNanos == Long.MAX_VALUE || leader.prefillPerSecond() <= 0) {
            return false;
        }
        double seconds = rebuildNanos / 1e9 + leader.runningTokens() / leader.prefillPerSecond();
        return seconds * 1e9 < options.deadlines().quickRebuild().toNanos();
    }

    // ---- common to all states

    private Behavior<Command> beat(ShardReport.Beat beat, Next next) {
        PlannedNode node = nodes.get(beat.node());
        highest = Math.max(highest, beat.epoch());
        if (node == null || !node.shard.equals(beat.shard())) {
            beat.shard().tell(new ShardOrder.JoinAgain());
            return Behaviors.same();
        }
        boolean placed = place(node.id()).isPresent();
        if (!placed && beat.state() != NodeState.STANDBY && beat.state() != NodeState.DRAINING) {
            node.shard.tell(new ShardOrder.Release(epoch, node.reason)); // lost on the way
        }
        if (placed && beat.epoch() == epoch) {
            if (beat.figures().loadedBytes() > node.figures.loadedBytes()
                    && timers.isTimerActive(What.LOAD + node.id())) {
                startLoadTimer(node.id());
            }
            node.figures = beat.figures();
        } else if (!placed) {
            node.figures = beat.figures();
        }
        return next.state();
    }

    private Behavior<Command> common(Command command) {
        switch (command) {
            case Subscribe(ActorRef<PlanState> subscriber) -> {
                if (gateways.add(subscriber)) {
                    context.watchWith(subscriber, new SubscriberGone(subscriber));
                }
            }
            case SubscriberGone(ActorRef<PlanState> subscriber) -> gateways.remove(subscriber);
            case GetStatus(ActorRef<ClusterStatus> replyTo) -> replyTo.tell(status());
            case MemberUnreachable(HostPort member) -> at(member).ifPresent(node -> node.unreachable = true);
            case MemberCame(HostPort member) -> at(member).ifPresent(node -> node.unreachable = false);
            case Due _, ShardReport _, MemberGone _, ShardGone _ -> late++;
        }
        return Behaviors.same();
    }

    private ClusterStatus status() {
        List<ClusterStatus.Node> all = nodes.values().stream()
                .map(node -> StatusNodes.of(
                        node,
                        place(node.id()),
                        !order.isEmpty() && order.getFirst().equals(node.id()) && !plan.isEmpty(),
                        options.model()))
                .toList();
        List<String> addresses =
                members.members().stream().map(HostPort::toString).toList();
        return StatusNodes.status(gateways.state(), all, addresses, planned(0).map(node -> node.figures), late);
    }

    private Behavior<Command> late() {
        late++;
        return Behaviors.same();
    }

    private Behavior<Command> stay() {
        return Behaviors.same();
    }

    /** The state after something has been noted. */
    private interface Next {
        Behavior<Command> state();
    }

    private boolean current(ShardReport report) {
        return report.epoch() == epoch && place(report.node()).isPresent() && nodes.containsKey(report.node());
    }

    private boolean allReady() {
        return order.stream().allMatch(id -> nodes.containsKey(id) && nodes.get(id).ready);
    }

    private Optional<PlanNode> place(String id) {
        return plan.stream().filter(node -> node.id().equals(id)).findFirst();
    }

    private Optional<PlannedNode> planned(int shard) {
        return shard < plan.size()
                ? Optional.ofNullable(nodes.get(plan.get(shard).id()))
                : Optional.empty();
    }

    private Optional<PlannedNode> at(HostPort member) {
        return one(node -> node.address.equals(member));
    }

    private Optional<PlannedNode> sameShard(ShardGone gone) {
        return one(node -> node.shard.equals(gone.shard()));
    }

    private Optional<PlannedNode> one(Predicate<PlannedNode> which) {
        return nodes.values().stream().filter(which).findFirst();
    }

    private void publishForming(String why) {
        gateways.publish(new PlanState.Forming(
                epoch,
                why,
                nodes.values().stream()
                        .filter(node -> place(node.id()).isPresent())
                        .map(PlannedNode::loading)
                        .toList()));
    }

    private void publishNone(String reason, boolean hopeless) {
        gateways.publish(new PlanState.NoPlan(epoch, reason, hopeless));
    }

    private void startLoadTimer(String node) {
        timers.startSingleTimer(
                What.LOAD + node,
                new Due(What.LOAD, epoch, node),
                options.deadlines().load());
    }

    private void after(What what, Duration deadline) {
        timers.startSingleTimer(what, new Due(what, epoch, ""), deadline);
    }

    /** A new epoch, or none: what the old one waited for does not matter. Drains go on. */
    private void clearTimers() {
        timers.cancel(What.START);
        timers.cancel(What.SETTLE);
        timers.cancel(What.LEAD);
        timers.cancel(What.MEMBERSHIP);
        nodes.keySet().forEach(id -> timers.cancel(What.LOAD + id));
        order.forEach(id -> timers.cancel(What.LOAD + id));
    }
}
