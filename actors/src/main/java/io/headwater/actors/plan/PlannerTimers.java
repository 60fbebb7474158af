/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import io.headwater.actors.plan.ShardPlanner.Due;
import io.headwater.actors.plan.ShardPlanner.What;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/** What the planner waits for, each with its deadline; {@link Due} carries the epoch in which the waiting began. */
final class PlannerTimers {
    private final TimerScheduler<ShardPlanner.Command> timers;
    private final PlannerOptions.Deadlines deadlines;
    private final CurrentPlan plan;
    private final Set<String> loading = new HashSet<>();

    PlannerTimers(TimerScheduler<ShardPlanner.Command> timers, PlannerOptions.Deadlines deadlines, CurrentPlan plan) {
        this.timers = timers;
        this.deadlines = deadlines;
        this.plan = plan;
    }

    void start() {
        after(What.START, deadlines.start());
    }

    /** For more nodes to join, unless that is waited for already. */
    void settle() {
        if (!timers.isTimerActive(What.SETTLE)) {
            after(What.SETTLE, deadlines.settle());
        }
    }

    void lead() {
        after(What.LEAD, deadlines.lead());
    }

    void leads() {
        timers.cancel(What.LEAD);
    }

    /** For membership to say who is gone, where somebody is suspected; else only for what else is heard. */
    void membership(boolean suspected) {
        after(What.MEMBERSHIP, suspected ? deadlines.membership() : deadlines.goodbye());
    }

    /** A member is unreachable that no peer would report; with this one's address, whatever the epoch is by then. */
    void silent(String node) {
        timers.startSingleTimer(What.SILENT + node, new Due(What.SILENT, plan.epoch(), node), deadlines.silent());
    }

    /** Until the next try, after plans have failed. */
    void retry(Duration after) {
        after(What.RETRY, after);
    }

    void drain(String node) {
        timers.startSingleTimer(What.DRAIN + node, new Due(What.DRAIN, plan.epoch(), node), deadlines.drain());
    }

    void load(String node) {
        loading.add(node);
        timers.startSingleTimer(What.LOAD + node, new Due(What.LOAD, plan.epoch(), node), deadlines.load());
    }

    /** The load gets on: its deadline counts from now. */
    void loadsOn(String node) {
        if (loading.contains(node)) {
            load(node);
        }
    }

    void loaded(String node) {
        loading.remove(node);
        timers.cancel(What.LOAD + node);
    }

    /** A new epoch, or none: what the old one waited for does not matter. Drains go on. */
    void clear() {
        timers.cancel(What.START);
        timers.cancel(What.SETTLE);
        timers.cancel(What.LEAD);
        timers.cancel(What.MEMBERSHIP);
        timers.cancel(What.RETRY);
        Set.copyOf(loading).forEach(this::loaded);
    }

    private void after(What what, Duration deadline) {
        timers.startSingleTimer(what, new Due(what, plan.epoch(), ""), deadline);
    }
}
