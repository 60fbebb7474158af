/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.decode;

import io.headwater.actors.decode.BudgetReport.Granted;
import io.headwater.actors.decode.BudgetReport.Refused;
import io.headwater.actors.decode.BudgetReport.Waiting;
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
 * singleton beside the planner, whose plans tell it the nodes' limits. What it grants stays granted until it is released or its gateway is
 * lost; if this actor moves, the gateways claim again what they hold.
 */
public final class BudgetSupervisor {
    private static final Duration SUBSCRIBE = Duration.ofSeconds(1);

    /** What a budget supervisor takes. */
    public sealed interface Command {}

    /**
     * Asks for memory; repeated until an answer comes. A session that holds some may ask for another amount.
     *
     * @param entries KV entries of a head that it will have at most
     * @param held it was granted this already: it is not asked, but told
     */
    public record Admit(long session, int entries, boolean held, ActorRef<BudgetReport> gateway)
            implements Command, CborMessage {}

    /** The session needs no memory any more, or does not want to wait. */
    public record Release(long session) implements Command, CborMessage {}

    private record Plan(PlanState state) implements Command {}

    private record Tick() implements Command {}

    private record GatewayLost(ActorRef<BudgetReport> gateway) implements Command {}

    private final ActorContext<Command> context;
    private final ActorRef<ShardPlanner.Command> planner;
    private final ActorRef<PlanState> plans;
    private final int mostWaiting;
    private final KvBudget budget = new KvBudget();
    /** In the order in which they came. */
    private final Map<Long, Admit> waiting = new LinkedHashMap<>();

    private final Map<Long, ActorRef<BudgetReport>> owners = new HashMap<>();

    private BudgetSupervisor(ActorContext<Command> context, ActorRef<ShardPlanner.Command> planner, int mostWaiting) {
        this.context = context;
        this.planner = planner;
        this.plans = context.messageAdapter(PlanState.class, Plan::new);
        this.mostWaiting = mostWaiting;
    }

    /** {@code mostWaiting}: sessions that may wait for memory. */
    public static Behavior<Command> create(ActorRef<ShardPlanner.Command> planner, int mostWaiting) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            timers.startTimerWithFixedDelay(new Tick(), Duration.ZERO, SUBSCRIBE);
            return new BudgetSupervisor(context, planner, mostWaiting).supervising();
        }));
    }

    private Behavior<Command> supervising() {
        return Behaviors.receiveMessage(command -> {
            switch (command) {
                case Admit admit -> admit(admit);
                case Release release -> release(release.session());
                case Plan plan -> heard(plan.state());
                case Tick _ -> planner.tell(new ShardPlanner.Subscribe(plans));
                case GatewayLost lost -> forget(lost.gateway());
            }
            return Behaviors.same();
        });
    }

    private void admit(Admit admit) {
        if (!owners.containsValue(admit.gateway())) {
            context.watchWith(admit.gateway(), new GatewayLost(admit.gateway()));
        }
        if (admit.held()) {
            waiting.remove(admit.session());
            grant(admit);
            return;
        }
        @Nullable Admit before = waiting.get(admit.session());
        if (before != null) {
            admit.gateway().tell(new Waiting(admit.session(), place(admit.session())));
            return;
        }
        Optional<String> never = budget.never(admit.entries());
        if (never.isPresent()) {
            admit.gateway().tell(new Refused(admit.session(), never.get(), false));
        } else if (budget.known() && waiting.isEmpty() && budget.fits(admit.session(), admit.entries())) {
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

    private void grant(Admit admit) {
        owners.put(admit.session(), admit.gateway());
        budget.grant(admit.session(), admit.entries());
        admit.gateway().tell(new Granted(admit.session()));
    }

    private void release(long session) {
        owners.remove(session);
        waiting.remove(session);
        budget.release(session);
        admitWaiting();
    }

    private void heard(PlanState state) {
        switch (state) {
            case Serving serving -> {
                budget.limits(serving.nodes());
                admitWaiting();
            }
            case Forming _, NoPlan _ -> {} // the old limits hold until there are new ones
        }
    }

    /** Grants what fits, in order: a large one is not overtaken. Then tells the others their places. */
    private void admitWaiting() {
        boolean moved = false;
        for (Iterator<Admit> each = waiting.values().iterator(); each.hasNext(); ) {
            Admit first = each.next();
            Optional<String> never = budget.never(first.entries());
            if (never.isPresent()) {
                owners.remove(first.session());
                first.gateway().tell(new Refused(first.session(), never.get(), false));
            } else if (budget.known() && budget.fits(first.session(), first.entries())) {
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
