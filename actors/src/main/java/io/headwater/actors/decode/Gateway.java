/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.decode;

import io.headwater.actors.decode.BudgetReport.Granted;
import io.headwater.actors.decode.BudgetReport.Refused;
import io.headwater.actors.decode.BudgetReport.Waiting;
import io.headwater.actors.decode.DecoderReport.Accepted;
import io.headwater.actors.decode.DecoderReport.RequestEvents;
import io.headwater.actors.decode.DecoderReport.Told;
import io.headwater.actors.decode.Handed.Phase;
import io.headwater.actors.plan.PlanState;
import io.headwater.actors.plan.PlanState.Forming;
import io.headwater.actors.plan.PlanState.NoPlan;
import io.headwater.actors.plan.PlanState.Serving;
import io.headwater.actors.plan.ShardPlanner;
import io.headwater.model.decoding.DecodeEvent;
import io.headwater.model.decoding.DecodeEvent.Ended;
import io.headwater.model.decoding.DecodeEvent.Failed;
import io.headwater.model.decoding.DecodeEvent.Failure;
import io.headwater.model.decoding.DecodeEvent.Prefilled;
import io.headwater.model.decoding.DecodeEvent.Scored;
import io.headwater.model.decoding.DecodeEvent.SequenceFigures;
import io.headwater.model.decoding.DecodeEvent.Token;
import io.headwater.model.decoding.DecodeListener;
import io.headwater.model.decoding.DecodeRequest;
import io.headwater.model.generation.FinishReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;

/**
 * Where clients' requests enter the cluster, and what their answers survive in: it keeps each running request with the tokens that have been told,
 * hands it to the decoder of the plan that serves, and in again, with these tokens, to that of every later plan. What comes from older plans, or
 * a second time, is dropped and counted. Also asks for admission, and ends requests that have no hope. One per node of that role.
 */
public final class Gateway {
    private static final Duration TICK = Duration.ofMillis(200);
    /** Reports are confirmed at every so many, with the end of a request, and at the next tick. */
    private static final int CONFIRM_EVERY = 4;

    /** What a gateway takes, from clients of its own process only. */
    public sealed interface Command {}

    /** A request; its session's id is unique in the cluster. The listener is called by the actor: it only puts events away. */
    public record Submit(DecodeRequest request, DecodeListener listener) implements Command {}

    /** Ends a session's request. */
    public record Cancel(long session) implements Command {}

    /** The session will not be used any more: its request ends, its cache and its memory are freed. */
    public record Release(long session) implements Command {}

    private record Plan(PlanState state) implements Command {}

    private record Reported(DecoderReport report) implements Command {}

    private record Budgeted(BudgetReport report) implements Command {}

    private record Tick() implements Command {}

    private final ActorContext<Command> context;
    private final ActorRef<ShardPlanner.Command> planner;
    private final ActorRef<BudgetSupervisor.Command> budget;
    private final ActorRef<PlanState> plans;
    private final ActorRef<DecoderReport> reports;
    private final ActorRef<BudgetReport> grants;
    private final GatewayLimits limits;
    private final GatewayView view;
    private final int contextLength;
    private final Map<Long, Handed> bySession = new LinkedHashMap<>();
    private final Map<Long, Handed> byNumber = new HashMap<>();
    /** Entries granted, by session; outlives the request where the session is kept. */
    private final Map<Long, Integer> granted = new HashMap<>();

    private @Nullable Serving serving;
    private long plannerHeardNanos = System.nanoTime();
    private long subscribedNanos;
    private long lastEpoch;
    private long lastNumber;
    private long lastReport;
    private long confirmed;

    private Gateway(ActorContext<Command> context, GatewayNeeds needs) {
        this.context = context;
        this.planner = needs.planner();
        this.budget = needs.budget();
        this.limits = needs.limits();
        this.view = needs.view();
        this.contextLength = needs.contextLength();
        this.plans = context.messageAdapter(PlanState.class, Plan::new);
        this.reports = context.messageAdapter(DecoderReport.class, Reported::new);
        this.grants = context.messageAdapter(BudgetReport.class, Budgeted::new);
        subscribe();
    }

    /**
     * What a gateway works with.
     *
     * @param contextLength of this node's options: what a request without a limit may come to
     */
    public record GatewayNeeds(
            ActorRef<ShardPlanner.Command> planner,
            ActorRef<BudgetSupervisor.Command> budget,
            GatewayLimits limits,
            GatewayView view,
            int contextLength) {}

    public static Behavior<Command> create(GatewayNeeds needs) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            timers.startTimerWithFixedDelay(new Tick(), TICK);
            return new Gateway(context, needs).open();
        }));
    }

    private Behavior<Command> open() {
        return Behaviors.receive(Command.class)
                .onMessage(Command.class, command -> {
                    on(command);
                    return Behaviors.same();
                })
                .onSignal(PostStop.class, _ -> {
                    view.ended("this node has left the cluster");
                    endAll(Failure.UNAVAILABLE, "this node has left the cluster: start again, or ask another node");
                    return Behaviors.same();
                })
                .build();
    }

    private void on(Command command) {
        switch (command) {
            case Submit submit -> submit(submit);
            case Cancel cancel -> cancel(cancel.session());
            case Release release -> release(release.session());
            case Plan plan -> heard(plan.state());
            case Reported reported -> heard(reported.report());
            case Budgeted budgeted -> heard(budgeted.report());
            case Tick _ -> tick(System.nanoTime());
        }
    }

    private void submit(Submit submit) {
        Handed handed = new Handed(submit.request(), submit.listener());
        @Nullable PlanState state = view.plan();
        if (bySession.containsKey(handed.session())) {
            handed.tell(new Failed(
                    Failure.BAD_REQUEST, "the session has a request at work: wait for its end, or cancel it"));
        } else if (bySession.size() >= limits.open()) {
            handed.tell(new Failed(
                    Failure.FULL, bySession.size() + " requests are open, and no more may be: try again later"));
        } else if (state instanceof NoPlan none && none.hopeless()) {
            handed.tell(new Failed(Failure.UNAVAILABLE, none.reason()));
        } else {
            bySession.put(handed.session(), handed);
            enter(handed, Phase.ADMISSION);
            admit(handed, false);
        }
    }

    private void enter(Handed handed, Phase phase) {
        handed.phase = phase;
        handed.sinceNanos = System.nanoTime();
        handed.sentNanos = handed.sinceNanos;
    }

    private void admit(Handed handed, boolean held) {
        budget.tell(new BudgetSupervisor.Admit(handed.session(), entries(handed), held, grants));
    }

    private int entries(Handed handed) {
        return handed.entries(
                serving == null ? contextLength : serving.settings().contextLength());
    }

    private void heard(BudgetReport report) {
        @Nullable Handed handed = bySession.get(report.session());
        switch (report) {
            case Granted _
            when handed == null && !granted.containsKey(report.session()) ->
                budget.tell(new BudgetSupervisor.Release(report.session())); // its client did not wait for it
            case Granted _
            when handed != null && handed.phase == Phase.ADMISSION -> {
                granted.put(handed.session(), entries(handed));
                enter(handed, Phase.PLAN);
                handIn(handed);
            }
            case Refused refused
            when handed != null && handed.phase == Phase.ADMISSION ->
                fail(handed, refused.later() ? Failure.FULL : Failure.BAD_REQUEST, refused.reason());
            case Granted _, Refused _, Waiting _ -> {} // repeated, or just a place in the queue
        }
    }

    private void handIn(Handed handed) {
        @Nullable Serving now = serving;
        if (now == null) {
            return; // the next plan does it
        }
        byNumber.remove(handed.number);
        handed.number = ++lastNumber;
        byNumber.put(handed.number, handed);
        enter(handed, Phase.SUBMITTED);
        now.decoder().tell(new Decoder.Submit(now.epoch(), handed.number, handed.next(), reports));
    }

    private void heard(PlanState state) {
        plannerHeardNanos = System.nanoTime();
        view.plan(state);
        switch (state) {
            case Serving now when serving == null || serving.epoch() < now.epoch() -> serve(now);
            case Serving _ -> {}
            case Forming forming when serving == null || forming.epoch() >= serving.epoch() -> pause();
            case Forming _ -> {}
            case NoPlan none -> {
                pause();
                if (none.hopeless()) {
                    endAll(Failure.UNAVAILABLE, none.reason());
                }
            }
        }
    }

    private void serve(Serving now) {
        serving = now;
        if (now.epoch() == lastEpoch) {
            goOn();
            return;
        }
        lastEpoch = now.epoch();
        lastReport = 0;
        confirmed = 0;
        granted.forEach((session, entries) -> budget.tell(new BudgetSupervisor.Admit(session, entries, true, grants)));
        for (Handed handed : List.copyOf(bySession.values())) {
            switch (handed.phase) {
                case ADMISSION -> {}
                case PLAN, SUBMITTED, RUNNING -> again(handed);
            }
        }
    }

    /** The same plan serves again: its decoder has never stopped, and sends again what was not confirmed. */
    private void goOn() {
        for (Handed handed : List.copyOf(bySession.values())) {
            if (handed.phase == Phase.PLAN && byNumber.containsKey(handed.number)) {
                enter(handed, Phase.RUNNING);
            } else if (handed.phase == Phase.PLAN) {
                again(handed);
            }
        }
    }

    private void again(Handed handed) {
        if (handed.cancelled) {
            end(handed, new Ended(FinishReason.CANCELLED, "", List.of(), SequenceFigures.NONE));
            return;
        }
        if (handed.number > 0) {
            view.resumed.increment();
        }
        handIn(handed);
    }

    /** Nobody decodes: what was running waits for the next plan. */
    private void pause() {
        serving = null;
        for (Handed handed : bySession.values()) {
            if (handed.phase == Phase.SUBMITTED || handed.phase == Phase.RUNNING) {
                enter(handed, Phase.PLAN);
            }
        }
    }

    private void heard(DecoderReport report) {
        if (serving == null || report.epoch() != serving.epoch()) {
            view.dropped.increment();
            return;
        }
        switch (report) {
            case Accepted accepted -> {
                @Nullable Handed handed = byNumber.get(accepted.request());
                if (handed != null && handed.phase == Phase.SUBMITTED) {
                    enter(handed, Phase.RUNNING);
                }
            }
            case Told told -> told(told);
        }
    }

    private void told(Told told) {
        if (told.number() != lastReport + 1) {
            view.repeated.increment(); // or one before it was lost: the decoder sends all again
            if (told.number() <= lastReport) {
                confirm();
            }
            return;
        }
        lastReport = told.number();
        view.figures(told.epoch(), told.figures());
        boolean ended = false;
        for (RequestEvents one : told.requests()) {
            ended |= told(one);
        }
        if (ended || lastReport - confirmed >= CONFIRM_EVERY) {
            confirm();
        }
    }

    private void confirm() {
        if (serving != null && lastReport > 0) {
            serving.decoder().tell(new Decoder.Heard(serving.epoch(), lastReport, reports));
            confirmed = lastReport;
        }
    }

    /** True if the request has ended. */
    private boolean told(RequestEvents told) {
        @Nullable Handed handed = byNumber.get(told.request());
        if (handed == null) {
            view.dropped.increment();
            return true;
        }
        if (handed.phase == Phase.SUBMITTED) {
            enter(handed, Phase.RUNNING);
        }
        for (DecodeEvent event : told.events()) {
            switch (event) {
                case Ended ended -> {
                    end(handed, ended);
                    return true;
                }
                case Failed failed -> {
                    failed(handed, failed);
                    return true;
                }
                case Prefilled _, Token _, Scored _ -> {
                    if (missing(handed, handed.hear(event))) {
                        fail(handed, Failure.BROKEN, "events of the decoder are missing: this is a bug");
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private boolean missing(Handed handed, Handed.Heard heard) {
        return switch (heard) {
            case TOLD -> false;
            case REPEATED -> {
                view.repeated.increment();
                yield false;
            }
            case GAP -> {
                context.getLog().error("events of request {} are missing", handed.number);
                yield true;
            }
        };
    }

    private void failed(Handed handed, Failed failed) {
        switch (failed.failure()) {
            case BAD_REQUEST, FULL -> end(handed, failed);
            case BROKEN, UNAVAILABLE -> {
                handed.breaks++;
                if (handed.breaks > 1) {
                    end(handed, failed);
                } else {
                    waitToRepeat(handed);
                }
            }
        }
    }

    /** Either its epoch is about to end, or what broke was another request, or its own: the second break in a row ends it. */
    private void waitToRepeat(Handed handed) {
        byNumber.remove(handed.number);
        enter(handed, Phase.PLAN);
    }

    private void cancel(long session) {
        @Nullable Handed handed = bySession.get(session);
        if (handed == null) {
            return;
        }
        handed.cancelled = true;
        if (serving == null || handed.phase == Phase.ADMISSION || handed.phase == Phase.PLAN) {
            end(handed, new Ended(FinishReason.CANCELLED, "", List.of(), SequenceFigures.NONE));
        } else {
            serving.decoder().tell(new Decoder.Cancel(serving.epoch(), session));
        }
    }

    private void release(long session) {
        cancel(session);
        granted.remove(session);
        budget.tell(new BudgetSupervisor.Release(session));
        if (serving != null) {
            serving.decoder().tell(new Decoder.Release(serving.epoch(), session, reports));
        }
    }

    private void tick(long now) {
        if (now - subscribedNanos > limits.repeat().toNanos()) {
            subscribe();
        }
        if (lastReport > confirmed) {
            confirm();
        }
        if (now - plannerHeardNanos > limits.planner().toNanos()) {
            endAll(
                    Failure.UNAVAILABLE,
                    "the cluster's planner has not been heard for "
                            + limits.planner().toSeconds() + " s: is the cluster up, and can this host reach it?");
        }
        for (Handed handed : new ArrayList<>(bySession.values())) {
            overdue(handed, now);
        }
    }

    private void subscribe() {
        subscribedNanos = System.nanoTime();
        planner.tell(new ShardPlanner.Subscribe(plans));
    }

    private void overdue(Handed handed, long now) {
        long waited = now - handed.sinceNanos;
        boolean repeat = now - handed.sentNanos > limits.repeat().toNanos();
        if (repeat) {
            handed.sentNanos = now;
        }
        switch (handed.phase) {
            case ADMISSION -> {
                if (waited > limits.admission().toNanos()) {
                    fail(
                            handed,
                            Failure.FULL,
                            "no KV memory has become free for "
                                    + limits.admission().toSeconds() + " s: try again later");
                } else if (repeat) {
                    admit(handed, false);
                }
            }
            case PLAN -> {
                if (serving != null && waited > limits.repeat().toNanos()) {
                    again(handed); // its epoch goes on after the break; for plans the planner sees to an end
                }
            }
            case SUBMITTED -> {
                if (waited > limits.accept().toNanos()) {
                    fail(
                            handed,
                            Failure.UNAVAILABLE,
                            "the plan's leader has not taken the request for "
                                    + limits.accept().toSeconds() + " s: see headwater status");
                } else if (repeat && serving != null) {
                    serving.decoder().tell(new Decoder.Submit(serving.epoch(), handed.number, handed.next(), reports));
                }
            }
            case RUNNING -> {
                if (handed.cancelled && repeat && serving != null) {
                    serving.decoder().tell(new Decoder.Cancel(serving.epoch(), handed.session()));
                }
            }
        }
    }

    private void fail(Handed handed, Failure failure, String reason) {
        if (handed.phase == Phase.RUNNING && serving != null) {
            serving.decoder().tell(new Decoder.Cancel(serving.epoch(), handed.session()));
        }
        end(handed, new Failed(failure, reason));
    }

    private void endAll(Failure failure, String reason) {
        for (Handed handed : List.copyOf(bySession.values())) {
            end(handed, new Failed(failure, reason));
        }
    }

    private void end(Handed handed, DecodeEvent last) {
        bySession.remove(handed.session());
        byNumber.remove(handed.number);
        if (!handed.keep() || last instanceof Failed) {
            granted.remove(handed.session());
            budget.tell(new BudgetSupervisor.Release(handed.session()));
        }
        handed.tell(last);
    }
}
