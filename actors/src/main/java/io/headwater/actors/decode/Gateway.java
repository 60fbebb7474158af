/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.decode;

import io.headwater.actors.decode.BudgetReport.Granted;
import io.headwater.actors.decode.BudgetReport.Refused;
import io.headwater.actors.decode.BudgetReport.Waiting;
import io.headwater.actors.decode.BudgetReport.Withdrawn;
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
 * a second time, is dropped and counted. What waits for KV memory, at first or because a plan has less ({@link Admission}), is handed in when it
 * is granted. Requests that have no hope end. One per node of that role.
 */
public final class Gateway {
    private static final Duration TICK = Duration.ofMillis(200);
    private static final Ended CANCELLED = new Ended(FinishReason.CANCELLED, "", List.of(), SequenceFigures.NONE);

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
    private final Admission admission;
    private final ActorRef<PlanState> plans;
    private final DecoderLink decoder;
    private final GatewayLimits limits;
    private final GatewayView view;
    private final int contextLength;
    private final PlanEpochs epochs = new PlanEpochs();
    private final Map<Long, Handed> bySession = new LinkedHashMap<>();
    private final Map<Long, Handed> byNumber = new HashMap<>();

    private long plannerHeardNanos = System.nanoTime();
    private long subscribedNanos;
    private long lastNumber;

    private Gateway(ActorContext<Command> context, GatewayNeeds needs) {
        this.context = context;
        this.planner = needs.planner();
        this.limits = needs.limits();
        this.view = needs.view();
        this.contextLength = needs.contextLength();
        this.plans = context.messageAdapter(PlanState.class, Plan::new);
        this.decoder = new DecoderLink(context.messageAdapter(DecoderReport.class, Reported::new), view);
        this.admission = new Admission(
                needs.budget(), context.messageAdapter(BudgetReport.class, Budgeted::new), limits.repeat());
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
                    endAll(Failure.UNAVAILABLE, "this node has left the cluster: start again, or ask another node");
                    view.ended("this node has left the cluster"); // a client that reads this has been told all before
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
        Handed handed = new Handed(submit.request(), submit.listener(), decoder.contextLength(contextLength));
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
            handed.enter(Phase.ADMISSION);
            admission.ask(handed.session(), handed.entries());
        }
    }

    private void heard(BudgetReport report) {
        @Nullable Handed handed = bySession.get(report.session());
        boolean waits = handed != null && handed.phase == Phase.ADMISSION;
        boolean news = admission.heard(report, waits, handed == null ? 0 : handed.entries());
        switch (report) {
            case Granted _
            when handed != null && news -> {
                handed.enter(Phase.PLAN);
                handIn(handed);
            }
            case Withdrawn _ when handed != null && !waits -> takeBack(handed);
            case Withdrawn gone when handed != null && news -> decoder.release(gone.session()); // what its session had kept
            case Refused refused
            when handed != null -> fail(handed, refused.later() ? Failure.FULL : Failure.BAD_REQUEST, refused.reason());
            case Granted _
            when handed == null && !admission.holds(report.session()) ->
                admission.release(report.session()); // its client did not wait for it
            case Withdrawn _, Refused _ when handed == null -> {
                admission.release(report.session()); // a kept session: its next request asks
                decoder.release(report.session());
            }
            case Granted _, Refused _, Waiting _, Withdrawn _ -> {} // repeated, or just a place in the queue
        }
    }

    /** Its memory was withdrawn: it waits for some again, with what has been told. */
    private void takeBack(Handed handed) {
        drop(handed);
        byNumber.remove(handed.number);
        if (handed.cancelled) {
            cancelled(handed);
        } else {
            handed.enter(Phase.ADMISSION);
        }
    }

    /** The decoder that has it, or may have it, ends it and frees its cache. */
    private void drop(Handed handed) {
        if (handed.phase == Phase.SUBMITTED || handed.phase == Phase.RUNNING) {
            decoder.cancel(handed.session());
            decoder.release(handed.session());
        }
    }

    private void handIn(Handed handed) {
        if (!decoder.serves()) {
            return; // the next plan does it
        }
        byNumber.remove(handed.number);
        handed.handedIn(++lastNumber);
        byNumber.put(handed.number, handed);
        submit(handed);
    }

    private void submit(Handed handed) {
        handed.enter(Phase.SUBMITTED);
        decoder.submit(handed);
    }

    private void heard(PlanState state) {
        plannerHeardNanos = System.nanoTime();
        if (epochs.isOld(state)) {
            view.dropped.increment();
            return;
        }
        view.plan(state);
        switch (state) {
            case Serving now when !decoder.serves() || decoder.epoch() != now.epoch() -> serve(now);
            case Serving _ -> {}
            case Forming _ -> pause();
            case NoPlan none -> {
                pause();
                if (none.hopeless()) {
                    endAll(Failure.UNAVAILABLE, none.reason());
                }
            }
        }
    }

    private void serve(Serving now) {
        if (!decoder.begin(now)) {
            goOn();
            return;
        }
        admission.claim();
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
            if (handed.phase != Phase.PLAN) {
                continue;
            }
            if (!byNumber.containsKey(handed.number)) {
                again(handed);
            } else if (handed.accepted) {
                handed.enter(Phase.RUNNING);
            } else {
                submit(handed); // it may never have arrived; a second one means nothing
            }
        }
    }

    private void again(Handed handed) {
        if (handed.cancelled) {
            cancelled(handed);
            return;
        }
        if (handed.number > 0) {
            view.resumed.increment();
        }
        handIn(handed);
    }

    /** Nobody decodes: what was running waits for the next plan. */
    private void pause() {
        decoder.pause();
        for (Handed handed : bySession.values()) {
            if (handed.phase == Phase.SUBMITTED || handed.phase == Phase.RUNNING) {
                handed.enter(Phase.PLAN);
            }
        }
    }

    private void heard(DecoderReport report) {
        if (!decoder.current(report)) {
            return;
        }
        switch (report) {
            case Accepted accepted -> {
                @Nullable Handed handed = byNumber.get(accepted.request());
                if (handed != null) {
                    accepted(handed);
                }
            }
            case Told told -> told(told);
        }
    }

    private void accepted(Handed handed) {
        handed.accepted = true;
        if (handed.phase == Phase.SUBMITTED) {
            handed.enter(Phase.RUNNING);
        }
    }

    private void told(Told told) {
        if (!decoder.next(told)) {
            return;
        }
        boolean ended = false;
        for (RequestEvents one : told.requests()) {
            ended |= told(one);
        }
        decoder.told(ended);
    }

    /** True if the decoder should hear at once that this was heard: it has told a request's end, or what nobody waits for. */
    private boolean told(RequestEvents told) {
        @Nullable Handed handed = byNumber.get(told.request());
        if (handed == null) {
            unknown(told);
            return true;
        }
        accepted(handed);
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

    /** Nobody waits for this any more: if it goes on, its decoder ends it. */
    private void unknown(RequestEvents told) {
        view.dropped.increment();
        boolean over = told.events().getLast() instanceof Ended || told.events().getLast() instanceof Failed;
        if (!over) {
            decoder.unknown(told.request());
        }
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
            case BAD_REQUEST -> end(handed, failed);
            case FULL -> {
                if (handed.resumed()
                        && handed.fullFor(System.nanoTime())
                                < limits.admission().toNanos()) {
                    drop(handed);
                    waitToRepeat(handed);
                } else {
                    end(handed, failed);
                }
            }
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

    /**
     * After a break either its epoch is about to end, or what broke was another request, or its own: the second break in a row ends it. Where
     * there is no room for one that had some, others end in time.
     */
    private void waitToRepeat(Handed handed) {
        byNumber.remove(handed.number);
        handed.enter(Phase.PLAN);
    }

    private void cancel(long session) {
        @Nullable Handed handed = bySession.get(session);
        if (handed == null) {
            return;
        }
        handed.cancelled = true;
        if (!decoder.serves() || handed.phase == Phase.ADMISSION || handed.phase == Phase.PLAN) {
            cancelled(handed);
        } else {
            decoder.cancel(session);
        }
    }

    private void release(long session) {
        cancel(session);
        admission.release(session);
        decoder.release(session);
    }

    private void tick(long now) {
        if (now - subscribedNanos > limits.repeat().toNanos()) {
            subscribe();
        }
        decoder.tick();
        admission.tick(now);
        if (now - plannerHeardNanos > limits.planner().toNanos()) {
            endAll(Failure.UNAVAILABLE, limits.silentPlanner());
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
                if (admission.silentNanos(handed.sinceNanos, now)
                        > limits.planner().toNanos()) {
                    fail(handed, Failure.UNAVAILABLE, limits.silentBudget());
                } else if (waited > limits.admission().toNanos()) {
                    fail(handed, Failure.FULL, limits.noMemory());
                } else if (repeat) {
                    admission.ask(handed.session(), handed.entries());
                }
            }
            case PLAN -> {
                if (decoder.serves() && waited > limits.repeat().toNanos()) {
                    again(handed); // its epoch goes on after the break
                } else if (!decoder.serves() && now - handed.stoppedNanos > limits.admission().toNanos()) {
                    fail(handed, Failure.UNAVAILABLE, limits.noPlan(view.plan()));
                }
            }
            case SUBMITTED -> {
                if (waited > limits.accept().toNanos()) {
                    fail(handed, Failure.UNAVAILABLE, limits.notTaken());
                } else if (repeat) {
                    decoder.submit(handed);
                }
            }
            case RUNNING -> {
                if (handed.cancelled && repeat) {
                    decoder.cancel(handed.session());
                }
            }
        }
    }

    /** It ends here, without a decoder: what its session kept before lives on if the session does. */
    private void cancelled(Handed handed) {
        if (!handed.keep()) {
            decoder.release(handed.session());
        } else if (handed.phase == Phase.ADMISSION || !admission.holds(handed.session())) {
            admission.takeBack(handed.session());
        }
        end(handed, CANCELLED);
    }

    private void fail(Handed handed, Failure failure, String reason) {
        drop(handed);
        end(handed, new Failed(failure, reason));
    }

    private void endAll(Failure failure, String reason) {
        for (Handed handed : List.copyOf(bySession.values())) {
            fail(handed, failure, reason);
        }
    }

    private void end(Handed handed, DecodeEvent last) {
        bySession.remove(handed.session());
        byNumber.remove(handed.number);
        if (!handed.keep() || last instanceof Failed) {
            admission.release(handed.session());
        }
        if (last instanceof Failed) {
            decoder.release(handed.session()); // it may have a cache of an earlier turn, too
        }
        handed.tell(last);
    }
}
