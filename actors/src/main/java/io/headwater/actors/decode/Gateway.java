/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.decode;

import io.headwater.actors.decode.Handed.Phase;
import io.headwater.actors.plan.PlanState;
import io.headwater.actors.plan.PlanState.NoPlan;
import io.headwater.actors.plan.ShardPlanner;
import io.headwater.model.decoding.DecodeEvent.Failed;
import io.headwater.model.decoding.DecodeEvent.Failure;
import io.headwater.model.decoding.DecodeListener;
import io.headwater.model.decoding.DecodeRequest;
import java.time.Duration;
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
 *
 * <p>Here is what it takes; what follows from it is in {@link Handover} (plans), {@link Answers} (what decoders say), {@link Memory} (what the
 * budget supervisor says) and {@link Deadlines}, which work on the same {@link OpenRequests} and end them by {@link Endings}.
 */
public final class Gateway {
    private static final Duration TICK = Duration.ofMillis(200);

    /** What a gateway takes, from clients of its own process only. */
    public sealed interface Command {}

    /** A request; its session's id is unique in the cluster. The listener is called by the actor: it only puts events away. */
    public record Submit(DecodeRequest request, DecodeListener listener) implements Command {}

    /** Ends a session's request. */
    public record Cancel(long session) implements Command {}

    /** The session will not be used any more: its request ends, its cache and its memory are freed. */
    public record Release(long session) implements Command {}

    /**
     * The session's cache leaves the memory, for files if the nodes keep any, unless it has a request at work; it may go on.
     *
     * @param done told once: it has, or nobody knows
     */
    public record Park(long session, Runnable done) implements Command {}

    /** What is in files of a session that is known by this name there will not be used any more: it goes, if a plan serves now. */
    public record Forget(long name) implements Command {}

    private record Plan(PlanState state) implements Command {}

    private record Reported(DecoderReport report) implements Command {}

    private record Budgeted(BudgetReport report) implements Command {}

    private record Tick() implements Command {}

    private final ActorRef<ShardPlanner.Command> planner;
    private final Admission admission;
    private final ActorRef<PlanState> plans;
    private final DecoderLink decoder;
    private final GatewayLimits limits;
    private final GatewayView view;
    private final int contextLength;
    private final OpenRequests requests = new OpenRequests();
    private final Endings endings;
    private final Handover handover;
    private final Answers answers;
    private final Memory memory;
    private final Deadlines deadlines;
    private final Parking parking = new Parking();
    private long subscribedNanos;

    private Gateway(ActorContext<Command> context, GatewayNeeds needs) {
        this.planner = needs.planner();
        this.limits = needs.limits();
        this.view = needs.view();
        this.contextLength = needs.contextLength();
        this.plans = context.messageAdapter(PlanState.class, Plan::new);
        this.decoder = new DecoderLink(context.messageAdapter(DecoderReport.class, Reported::new), view);
        this.admission = new Admission(
                needs.budget(), context.messageAdapter(BudgetReport.class, Budgeted::new), limits.repeat());
        this.endings = new Endings(requests, admission, decoder);
        this.handover = new Handover(requests, endings, admission, decoder, view);
        this.answers = new Answers(context, requests, endings, handover, decoder, needs);
        this.memory = new Memory(requests, endings, handover, admission, decoder);
        this.deadlines = new Deadlines(requests, endings, handover, admission, decoder, needs);
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
                    endings.endAll(
                            Failure.UNAVAILABLE, "this node has left the cluster: start again, or ask another node");
                    parking.serves(0);
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
            case Park park -> park(park);
            case Forget forget -> decoder.forget(forget.name());
            case Plan plan -> {
                deadlines.plannerHeard();
                handover.heard(plan.state());
                parking.serves(decoder.epoch());
            }
            case Reported reported -> heard(reported.report());
            case Budgeted budgeted -> memory.heard(budgeted.report());
            case Tick _ -> tick(System.nanoTime());
        }
    }

    private void submit(Submit submit) {
        Handed handed = new Handed(submit.request(), submit.listener(), decoder.contextLength(contextLength));
        @Nullable PlanState state = view.plan();
        if (requests.get(handed.session()) != null) {
            handed.tell(new Failed(
                    Failure.BAD_REQUEST, "the session has a request at work: wait for its end, or cancel it"));
        } else if (requests.size() >= limits.open()) {
            handed.tell(new Failed(
                    Failure.FULL, requests.size() + " requests are open, and no more may be: try again later"));
        } else if (state instanceof NoPlan none && none.hopeless()) {
            handed.tell(new Failed(Failure.UNAVAILABLE, none.reason()));
        } else {
            requests.add(handed);
            handed.enter(Phase.ADMISSION);
            admission.ask(handed.session(), handed.need());
        }
    }

    private void cancel(long session) {
        @Nullable Handed handed = requests.get(session);
        if (handed == null) {
            return;
        }
        handed.cancelled = true;
        if (!decoder.serves() || handed.phase == Phase.ADMISSION || handed.phase == Phase.PLAN) {
            endings.cancelled(handed);
        } else {
            decoder.cancel(session);
        }
    }

    private void release(long session) {
        cancel(session);
        requests.forgetIdle(session);
        admission.release(session);
        decoder.release(session);
    }

    private void park(Park park) {
        if (requests.get(park.session()) != null) {
            park.done().run();
            return;
        }
        requests.forgetIdle(park.session());
        admission.release(park.session());
        parking.add(park.session(), park.done());
        if (!decoder.park(park.session())) {
            parking.done(park.session());
        }
    }

    private void heard(DecoderReport report) {
        if (report instanceof DecoderReport.Parked parked) {
            parking.done(parked.session()); // of whichever epoch: it has left the memory
        } else {
            answers.heard(report);
        }
    }

    private void tick(long now) {
        if (now - subscribedNanos > limits.repeat().toNanos()) {
            subscribe();
        }
        deadlines.tick(now);
    }

    private void subscribe() {
        subscribedNanos = System.nanoTime();
        planner.tell(new ShardPlanner.Subscribe(plans));
    }
}
