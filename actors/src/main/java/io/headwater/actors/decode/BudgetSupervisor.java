/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.decode;

import io.headwater.actors.decode.BudgetReport.Granted;
import io.headwater.actors.decode.BudgetReport.Refused;
import io.headwater.actors.decode.BudgetReport.Waiting;
import io.headwater.actors.decode.BudgetReport.Withdrawn;
import io.headwater.actors.plan.ClusterStatus;
import io.headwater.actors.plan.NodeFigures;
import io.headwater.actors.plan.PlanState;
import io.headwater.actors.plan.PlanState.Forming;
import io.headwater.actors.plan.PlanState.NoPlan;
import io.headwater.actors.plan.PlanState.Serving;
import io.headwater.actors.plan.ShardPlanner;
import io.headwater.cluster.membership.CborMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;

/**
 * Owns admission: a session gets KV memory on all nodes or it waits, first come, first served, or it is refused with a reason. A cluster
 * singleton beside the planner, whose plans tell it the nodes' limits, and its status what their memory is like each second ({@link
 * KvBudget}). What a session gets is the least to which it may be brought down: who has more at the moment is decided by the plan's leader, where a
 * step finds no memory. What it grants stays granted until it is released, its gateway is lost, or a plan has less memory. If this actor moves or
 * begins anew, the gateways claim again what they hold; until they have had time for that, nobody else gets any.
 */
public final class BudgetSupervisor {
    /** For all gateways to claim, twice over, what they hold. */
    public static final Duration CLAIMS = Duration.ofSeconds(2);

    private static final Duration TICK = Duration.ofSeconds(1);

    /** What a budget supervisor takes. */
    public sealed interface Command {}

    /**
     * Asks for memory; repeated until an answer comes. A session that holds some may ask for another amount, and one that waits too: it keeps
     * its place, or gives it up by asking for what it holds.
     *
     * @param need what it comes to, and what must be there in any case
     * @param held it was granted this already: it is not asked, but told
     */
    public record Admit(long session, KvNeed need, boolean held, ActorRef<BudgetReport> gateway)
            implements Command, CborMessage {}

    /** The session needs no memory any more, or does not want to wait. */
    public record Release(long session) implements Command, CborMessage {}

    private record Plan(PlanState state) implements Command {}

    private record Status(ClusterStatus status) implements Command {}

    private record Tick() implements Command {}

    private record ClaimsOver() implements Command {}

    private record GatewayLost(ActorRef<BudgetReport> gateway) implements Command {}

    private final ActorContext<Command> context;
    private final ActorRef<ShardPlanner.Command> planner;
    private final ActorRef<PlanState> plans;
    private final ActorRef<ClusterStatus> statuses;
    private final int mostWaiting;
    private final KvBudget budget = new KvBudget();
    /** In the order in which they came; first those that had memory before. */
    private final Map<Long, Admit> waiting = new LinkedHashMap<>();

    private final Map<Long, ActorRef<BudgetReport>> owners = new HashMap<>();
    private long epoch = -1;
    private boolean claimed;

    private BudgetSupervisor(ActorContext<Command> context, ActorRef<ShardPlanner.Command> planner, int mostWaiting) {
        this.context = context;
        this.planner = planner;
        this.plans = context.messageAdapter(PlanState.class, Plan::new);
        this.statuses = context.messageAdapter(ClusterStatus.class, Status::new);
        this.mostWaiting = mostWaiting;
    }

    /**
     * The cluster's budget supervisor.
     *
     * @param mostWaiting sessions that may wait for memory; those that had some may wait beyond that
     * @param claims how long after its start only claims are granted
     */
    public static Behavior<Command> create(ActorRef<ShardPlanner.Command> planner, int mostWaiting, Duration claims) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            timers.startTimerWithFixedDelay(new Tick(), Duration.ZERO, TICK);
            timers.startSingleTimer(new ClaimsOver(), claims);
            return new BudgetSupervisor(context, planner, mostWaiting).supervising();
        }));
    }

    private Behavior<Command> supervising() {
        return Behaviors.receiveMessage(command -> {
            switch (command) {
                case Admit admit -> admit(admit);
                case Release release -> release(release.session());
                case Plan plan -> heard(plan.state());
                case Status status -> heard(status.status());
                case Tick _ -> {
                    planner.tell(new ShardPlanner.Subscribe(plans));
                    planner.tell(new ShardPlanner.GetStatus(statuses));
                }
                case ClaimsOver _ -> {
                    claimed = true;
                    admitWaiting();
                }
                case GatewayLost lost -> forget(lost.gateway());
            }
            return Behaviors.same();
        });
    }

    private void admit(Admit admit) {
        if (!owners.containsValue(admit.gateway())) {
            context.watchWith(admit.gateway(), new GatewayLost(admit.gateway()));
        }
        @Nullable Admit waits = waiting.get(admit.session());
        if (waits != null) {
            again(waits, admit);
        } else if (admit.held()) {
            claim(admit);
        } else {
            ask(admit);
        }
    }

    /** Who waits asks again, perhaps for another amount, or claims what it has besides. */
    private void again(Admit waits, Admit admit) {
        long session = admit.session();
        if (admit.held() && !budget.holds(session)) {
            admit.gateway().tell(new Withdrawn(session)); // the claim was under way
        } else if (admit.held() || admit.need().equals(waits.need())) {
            admit.gateway().tell(new Waiting(session, place(session)));
        } else if (budget.holds(session, admit.need())) { // it has that: it does not want more any longer
            waiting.remove(session);
            grant(admit);
            admitWaiting();
        } else {
            waiting.put(session, new Admit(session, admit.need(), waits.held(), admit.gateway())); // keeps its place
            admit.gateway().tell(new Waiting(session, place(session)));
            admitWaiting();
        }
    }

    private void claim(Admit claim) {
        if (budget.holds(claim.session(), claim.need())) { // as much, or more: then the claim was under way before that
            confirm(claim);
        } else if (budget.fits(claim.session(), claim.need())) { // any, before the first plan
            grant(claim);
        } else {
            budget.release(claim.session());
            withdraw(claim);
        }
    }

    private void ask(Admit admit) {
        Optional<String> never = budget.never(admit.need());
        if (never.isPresent()) {
            admit.gateway().tell(new Refused(admit.session(), never.get(), false));
        } else if (budget.holds(admit.session(), admit.need()) || (waiting.isEmpty() && fits(admit))) {
            grant(admit);
        } else if (waiting.size() >= mostWaiting) {
            admit.gateway()
                    .tell(new Refused(
                            admit.session(),
                            waiting.size() + " sessions wait for KV memory already, and no more may: try again when"
                                    + " some have ended",
                            true));
        } else {
            owners.put(admit.session(), admit.gateway());
            waiting.put(admit.session(), admit);
            admit.gateway().tell(new Waiting(admit.session(), waiting.size()));
        }
    }

    private boolean fits(Admit admit) {
        return budget.known()
                && (claimed || admit.held())
                && budget.fits(admit.session(), admit.need())
                && budget.hasRoom(admit.session(), admit.need());
    }

    private void grant(Admit admit) {
        budget.grant(admit.session(), admit.need());
        confirm(admit);
    }

    private void confirm(Admit admit) {
        owners.put(admit.session(), admit.gateway());
        admit.gateway().tell(new Granted(admit.session(), admit.need().entries()));
    }

    /** What can never be granted: who had memory before has not asked for too much, the cluster has become smaller. */
    private static Refused refused(Admit admit, String never) {
        String reason = admit.held() ? "the cluster has less memory than before: " + never : never;
        return new Refused(admit.session(), reason, admit.held());
    }

    /** Takes back what no longer fits; it waits behind others to whom that has happened and before all else. */
    private void withdraw(Admit held) {
        Optional<String> never = budget.never(held.need());
        if (never.isPresent()) {
            owners.remove(held.session());
            held.gateway().tell(refused(held, never.get()));
            return;
        }
        owners.put(held.session(), held.gateway());
        List<Admit> before = List.copyOf(waiting.values());
        waiting.clear();
        before.stream().filter(Admit::held).forEach(one -> waiting.put(one.session(), one));
        waiting.put(held.session(), held);
        before.stream().filter(one -> !one.held()).forEach(one -> waiting.put(one.session(), one));
        held.gateway().tell(new Withdrawn(held.session()));
    }

    private void release(long session) {
        owners.remove(session);
        waiting.remove(session);
        budget.release(session);
        admitWaiting();
    }

    private void heard(PlanState state) {
        switch (state) {
            case Serving serving
            when serving.epoch() != epoch -> {
                epoch = serving.epoch();
                budget.limits(serving.nodes()).forEach(this::withdrawn);
                admitWaiting();
            }
            case Serving _, Forming _, NoPlan _ -> {} // the old limits hold until there are new ones
        }
    }

    private void withdrawn(long session, KvNeed need) {
        @Nullable ActorRef<BudgetReport> gateway = owners.get(session);
        if (gateway != null && !waiting.containsKey(session)) { // one that waits for another amount goes on waiting
            withdraw(new Admit(session, need, true, gateway));
        }
    }

    private void heard(ClusterStatus status) {
        Map<String, NodeFigures> figures = new HashMap<>();
        status.nodes().forEach(node -> figures.put(node.id(), node.figures()));
        budget.figures(figures);
        admitWaiting();
    }

    /** Grants what fits, in order: a large one is not overtaken. Then tells the others their places. */
    private void admitWaiting() {
        boolean moved = false;
        for (Iterator<Admit> each = waiting.values().iterator(); each.hasNext(); ) {
            Admit first = each.next();
            Optional<String> never = budget.never(first.need());
            if (never.isPresent()) {
                owners.remove(first.session());
                budget.release(first.session());
                first.gateway().tell(refused(first, never.get()));
            } else if (fits(first)) {
                grant(first);
            } else {
                break;
            }
            each.remove();
            moved = true;
        }
        if (moved) {
            int place = 1;
            for (Admit one : waiting.values()) {
                one.gateway().tell(new Waiting(one.session(), place++));
            }
        }
    }

    private int place(long session) {
        return new ArrayList<>(waiting.keySet()).indexOf(session) + 1;
    }

    private void forget(ActorRef<BudgetReport> gateway) {
        List<Long> lost = new ArrayList<>();
        owners.forEach((session, owner) -> {
            if (owner.equals(gateway)) {
                lost.add(session);
            }
        });
        lost.forEach(session -> {
            owners.remove(session);
            waiting.remove(session);
            budget.release(session);
        });
        admitWaiting();
    }
}
