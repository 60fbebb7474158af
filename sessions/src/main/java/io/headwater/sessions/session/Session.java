/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.session;

import io.headwater.model.decoding.DecodeEvent;
import io.headwater.model.decoding.DecodeEvent.Ended;
import io.headwater.model.decoding.DecodeEvent.Failed;
import io.headwater.model.decoding.DecodeEvent.Prefilled;
import io.headwater.model.decoding.DecodeEvent.Scored;
import io.headwater.model.decoding.DecodeEvent.SequenceFigures;
import io.headwater.model.decoding.DecodeEvent.Token;
import io.headwater.model.decoding.TokenIds;
import io.headwater.model.generation.FinishReason;
import io.headwater.sessions.log.Batch;
import io.headwater.sessions.log.Message;
import io.headwater.sessions.log.SessionEvent;
import io.headwater.sessions.log.SessionEvent.Asked;
import io.headwater.sessions.log.SessionEvent.Opened;
import io.headwater.sessions.log.SessionEvent.Origin;
import io.headwater.sessions.log.SessionEvent.Sampled;
import io.headwater.sessions.log.SessionEvent.TurnEnded;
import io.headwater.sessions.log.SessionEvent.TurnProblem;
import io.headwater.sessions.prompt.PromptException;
import io.headwater.sessions.prompt.Prompts;
import io.headwater.sessions.stream.SessionFeed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Owns one session: takes turns, one at a time, has them decoded, and puts everything that happens into the log before anybody is told. What it is follows
 * from the log alone ({@link SessionState}), so after a restart it goes on from there. A session that nobody uses leaves the memory and comes back from
 * the log.
 */
public final class Session {
    private static final Duration RETRY = Duration.ofMillis(500);

    /** What a session takes. */
    public sealed interface Command {}

    /** Somebody who waits for an answer. */
    sealed interface Question extends Command {
        ActorRef<SessionReply> replyTo();
    }

    record Ask(TurnRequest turn, ActorRef<SessionReply> replyTo) implements Question {}

    record Cancel(ActorRef<SessionReply> replyTo) implements Question {}

    record Delete(ActorRef<SessionReply> replyTo) implements Question {}

    record Describe(ActorRef<SessionReply> replyTo) implements Question {}

    record Watch(ActorRef<SessionReply> replyTo) implements Question {}

    /** Replies when a new session is in the log. */
    record AwaitReady(ActorRef<SessionReply> replyTo) implements Question {}

    /** What {@link Loading} sends itself. */
    non-sealed interface Internal extends Command {}

    /** The registry lets it go. */
    record Stop() implements Command {}

    /** The server ends: nothing is written any more, an answer at work goes on when a server starts again. */
    record Halt() implements Command {}

    private record Prompted(Ask ask, TokenIds ids) implements Command {}

    private record NotPrompted(Ask ask, String problem) implements Command {}

    private record Decoded(int turn, DecodeEvent event) implements Command {}

    private record Committed() implements Command {}

    private record Subscribers(int count) implements Command {}

    private record GraceOver() implements Command {}

    private record IdleOver() implements Command {}

    private record Abandoned() implements Command {}

    private record Removed(ActorRef<SessionReply> replyTo) implements Command {}

    private record Again(int turn) implements Command {}

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final SessionParts parts;
    private final ActorRef<Sessions.Command> registry;
    private final String id;
    private final SessionState state;
    private final SessionFeed feed;
    private final Journal journal;
    private final long decodeId;
    private SequenceFigures cache = SequenceFigures.NONE;
    private TurnClock clock = new TurnClock();
    private boolean preparing;
    private boolean cancelling;
    /** The turn is neither with the decode loop nor over: it waits to be handed in again. */
    private boolean waitsToRepeat;

    private long refusedSinceNanos;
    private int subscribers;

    private Session(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            SessionParts parts,
            SessionPlace place,
            SessionState state,
            int nextSeq) {
        this.context = context;
        this.timers = timers;
        this.parts = parts;
        this.registry = place.registry();
        this.id = place.id();
        this.state = state;
        ActorRef<Command> self = context.getSelf();
        this.feed = new SessionFeed(id, state.offset(), count -> self.tell(new Subscribers(count)));
        this.journal = new Journal(id, parts.log().writer(), feed, nextSeq);
        this.decodeId = parts.decodeIds().getAsLong();
    }

    /** Which one, and who has it. */
    record SessionPlace(String id, ActorRef<Sessions.Command> registry) {}

    /** A new session. */
    static Behavior<Command> create(SessionParts parts, SessionPlace place, Opened opened) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            Session session = new Session(context, timers, parts, place, new SessionState(opened), 0);
            session.journal.add(opened);
            if (!opened.plain()) { // a plain completion's goes into the log with its turn, if that is taken
                session.flush();
                session.rest();
            }
            return session.active();
        }));
    }

    /** A session as the log tells it; one whose answer was at work goes on with it. */
    static Behavior<Command> restored(SessionParts parts, SessionPlace place, SessionState state) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            Session session = new Session(context, timers, parts, place, state, state.seq());
            session.resume();
            return session.active();
        }));
    }

    private Behavior<Command> active() {
        return Behaviors.receive(Command.class)
                .onMessage(Command.class, this::on)
                .onSignal(PostStop.class, _ -> {
                    feed.close();
                    return Behaviors.same();
                })
                .build();
    }

    private Behavior<Command> on(Command command) {
        switch (command) {
            case Ask ask -> ask(ask);
            case Prompted prompted -> begin(prompted.ask(), prompted.ids());
            case NotPrompted failed -> {
                preparing = false;
                refuse(failed.ask(), SessionReply.Reason.MESSAGES, failed.problem());
            }
            case Cancel cancel -> cancel.replyTo().tell(new SessionReply.Done(cancel()));
            case Describe describe -> describe.replyTo().tell(description());
            case Watch watch -> watch.replyTo().tell(watching());
            case AwaitReady ready ->
                journal.whenCommitted(() -> ready.replyTo().tell(new SessionReply.Ready(id, feed.end())));
            case Decoded decoded -> decoded(decoded);
            case Committed _ -> {
                journal.committed();
                flush();
            }
            case Subscribers now -> {
                subscribers = now.count();
                watchGrace();
            }
            case GraceOver _ -> cancel();
            case Again again -> again(again.turn());
            case IdleOver _ -> idleOver();
            case Delete delete -> {
                return delete(delete.replyTo());
            }
            case Stop _ -> {
                return stop();
            }
            case Halt _ -> {
                return halted();
            }
            case Abandoned _ -> {
                return Behaviors.stopped();
            }
            case Internal _, Removed _ -> {} // said while it was being loaded, or deleted
        }
        return Behaviors.same();
    }

    // a turn begins

    private void ask(Ask ask) {
        Optional<SessionState.KnownTurn> known = state.known(ask.turn().key());
        if (known.isPresent()) {
            repeat(ask, known.get());
        } else if (state.running() || preparing) {
            ask.replyTo().tell(new SessionReply.Busy());
        } else if (!state.opened()
                .model()
                .agreesWith(parts.settings().model(), state.opened().kv())) {
            refuse(
                    ask,
                    SessionReply.Reason.SESSION,
                    "the session was computed by another model, KV type or context: its tokens can be read, but it takes no more"
                            + " turns here");
        } else if (state.opened().plain() && state.turns() > 0) {
            refuse(ask, SessionReply.Reason.SESSION, "this is the session of one completion: it takes no more turns");
        } else if (!parts.desk().tryEnter()) {
            ask.replyTo()
                    .tell(new SessionReply.Full(
                            parts.desk().entered() + " requests are at work or wait: try again later"));
            abandonIfEmpty();
        } else {
            preparing = true;
            timers.cancel(IdleOver.class);
            prepare(ask);
        }
    }

    private void repeat(Ask ask, SessionState.KnownTurn known) {
        if (!known.digest().equals(ask.turn().digest())) {
            refuse(
                    ask,
                    SessionReply.Reason.KEY_REUSED,
                    "this Idempotency-Key came with another request before: give each request a key of its own");
            return;
        }
        journal.whenCommitted(
                () -> ask.replyTo().tell(new SessionReply.Accepted(id, known.turn(), known.offset(), true, feed)));
    }

    private void prepare(Ask ask) {
        List<Message> history = List.copyOf(state.messages());
        boolean first = state.size() == 0;
        int last = first ? -1 : state.lastToken();
        Prompts prompts = parts.prompts();
        TurnRequest turn = ask.turn();
        context.pipeToSelf(
                CompletableFuture.supplyAsync(() -> ids(prompts, turn, history, last), parts.worker()),
                (ids, failure) -> failure == null ? new Prompted(ask, ids) : new NotPrompted(ask, problem(failure)));
    }

    private static TokenIds ids(Prompts prompts, TurnRequest turn, List<Message> history, int last) {
        if (turn.said().isEmpty()) {
            return turn.prompt();
        }
        try {
            if (last >= 0) {
                return TokenIds.of(prompts.added(history, turn.said(), last));
            }
            List<Message> all = new ArrayList<>(history);
            all.addAll(turn.said());
            return TokenIds.of(prompts.conversation(all));
        } catch (PromptException e) {
            throw new CompletionException(e);
        }
    }

    private static String problem(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof PromptException
                ? String.valueOf(cause.getMessage())
                : "no prompt can be made of this: " + cause;
    }

    private void begin(Ask ask, TokenIds ids) {
        preparing = false;
        TurnRequest turn = ask.turn();
        int context = parts.settings().contextLength();
        if (ids.size() == 0) {
            refuse(ask, SessionReply.Reason.MESSAGES, "the prompt is empty: give at least one token");
        } else if (state.opened().kv().full() && state.size() + ids.size() > context) {
            refuse(
                    ask,
                    SessionReply.Reason.TOO_LONG,
                    "the context has " + context + " tokens, this needs " + (state.size() + ids.size())
                            + ": shorten it, or begin a new session");
        } else {
            int first = state.offset();
            record(new Asked(
                    new Origin(state.turns() + 1, turn.key(), turn.digest()),
                    turn.said(),
                    ids,
                    turn.sampling(),
                    turn.seed(),
                    turn.options()));
            journal.whenCommitted(
                    () -> ask.replyTo().tell(new SessionReply.Accepted(id, state.turns(), first, false, feed)));
            flush();
            clock = new TurnClock();
            submit();
            watchGrace();
        }
    }

    private void refuse(Ask ask, SessionReply.Reason reason, String message) {
        if (!state.running() && reason != SessionReply.Reason.KEY_REUSED && reason != SessionReply.Reason.SESSION) {
            parts.desk().leave();
            cancelling = false;
            rest();
        }
        ask.replyTo().tell(new SessionReply.Refused(reason, message));
        abandonIfEmpty();
    }

    /** A plain completion that was not taken leaves nothing behind. */
    private void abandonIfEmpty() {
        if (state.opened().plain() && state.turns() == 0) {
            context.getSelf().tell(new Abandoned());
        }
    }

    private void submit() {
        int turn = state.turns();
        ActorRef<Command> self = context.getSelf();
        parts.desk().submit(state.request(decodeId), event -> self.tell(new Decoded(turn, event)));
        if (cancelling) {
            parts.desk().cancel(decodeId);
        }
    }

    // the answer

    private void decoded(Decoded decoded) {
        if (!state.running() || decoded.turn() != state.turns()) {
            return; // of a turn that is over
        }
        switch (decoded.event()) {
            case Prefilled read -> clock.begun(read.done());
            case Token token -> {
                clock.token();
                refusedSinceNanos = 0;
                record(new Sampled(state.offset(), token.token(), token.text(), state.size(), token.logProbability()));
            }
            case Ended ended -> {
                cache = ended.figures();
                end(ended.reason().text(), ended.text(), TurnProblem.NONE);
            }
            case Failed failed -> failed(failed);
            case Scored _ -> throw new IllegalStateException("an answer is not scored");
        }
        flush();
    }

    /** What has begun goes on when there is room again, for some time; what cannot be done ends. */
    private void failed(Failed failed) {
        boolean passing = switch (failed.failure()) {
            case FULL, UNAVAILABLE -> state.answered() > 0 || clock.hasBegun();
            case BAD_REQUEST, BROKEN -> false;
        };
        long now = System.nanoTime();
        refusedSinceNanos = refusedSinceNanos == 0 ? now : refusedSinceNanos;
        if (cancelling) {
            end(FinishReason.CANCELLED.text(), "", TurnProblem.NONE);
        } else if (passing && now - refusedSinceNanos < parts.settings().retry().toNanos()) {
            waitsToRepeat = true;
            timers.startSingleTimer(new Again(state.turns()), RETRY);
        } else {
            end("error", "", new TurnProblem(failed.failure().name(), failed.message()));
        }
    }

    private void again(int turn) {
        if (waitsToRepeat && state.running() && turn == state.turns()) {
            waitsToRepeat = false;
            parts.desk().enter();
            submit();
        }
    }

    private void end(String reason, String text, TurnProblem problem) {
        record(new TurnEnded(
                state.offset(), reason, text, problem, clock.usage(state.promptTokens(), state.answered())));
        cancelling = false;
        waitsToRepeat = false;
        refusedSinceNanos = 0;
        timers.cancel(GraceOver.class);
        rest();
    }

    /** After a restart: the answer at work goes on from its last token in the log. */
    private void resume() {
        if (!state.running()) {
            rest();
        } else if (state.opened()
                .model()
                .agreesWith(parts.settings().model(), state.opened().kv())) {
            context.getLog().info("session {}: its answer goes on after {} tokens", id, state.answered());
            clock.begun(0);
            parts.desk().enter();
            submit();
            watchGrace();
        } else {
            end(
                    "error",
                    "",
                    new TurnProblem(
                            "UNAVAILABLE",
                            "the server was started again with another model, KV type or context: the answer cannot go on"));
            flush();
        }
    }

    // cancelled, watched, idle

    private boolean cancel() {
        if (!state.running()) {
            cancelling = preparing;
            return preparing;
        }
        cancelling = true;
        if (waitsToRepeat) {
            end(FinishReason.CANCELLED.text(), "", TurnProblem.NONE);
            flush();
        } else {
            parts.desk().cancel(decodeId);
        }
        return true;
    }

    private void watchGrace() {
        if (state.opened().plain() && state.running() && subscribers == 0) {
            timers.startSingleTimer(
                    GraceOver.class, new GraceOver(), parts.settings().resumeGrace());
        } else {
            timers.cancel(GraceOver.class);
        }
    }

    private void rest() {
        timers.startSingleTimer(IdleOver.class, new IdleOver(), parts.settings().idle());
    }

    private boolean atRest() {
        return !state.running() && !preparing && journal.idle();
    }

    private void idleOver() {
        if (!atRest()) {
            return;
        }
        parts.desk().release(decodeId);
        if (subscribers == 0) {
            registry.tell(new Sessions.Leaving(id));
        } else {
            rest();
        }
    }

    private Behavior<Command> stop() {
        if (atRest() && subscribers == 0) {
            return Behaviors.stopped();
        }
        registry.tell(new Sessions.Staying(id));
        rest();
        return Behaviors.same();
    }

    private Behavior<Command> delete(ActorRef<SessionReply> replyTo) {
        if (state.running() && !waitsToRepeat) {
            parts.desk().cancel(decodeId);
        }
        if (preparing) {
            parts.desk().leave();
        }
        parts.desk().release(decodeId);
        timers.cancelAll();
        feed.close();
        context.pipeToSelf(parts.log().writer().write(new Batch.Remove(id)), (_, _) -> new Removed(replyTo));
        return Behaviors.receiveMessage(command -> {
            if (command instanceof Removed removed) {
                removed.replyTo().tell(new SessionReply.Done(true));
                registry.tell(new Sessions.Leaving(id));
            } else if (command instanceof Question question) {
                question.replyTo().tell(new SessionReply.Missing());
            }
            return command instanceof Stop || command instanceof Halt ? Behaviors.stopped() : Behaviors.same();
        });
    }

    /** What has happened gets into the log and is told; nothing that happens from now on is. */
    private Behavior<Command> halted() {
        timers.cancelAll();
        return journal.idle()
                ? Behaviors.stopped()
                : Behaviors.receive(Command.class)
                        .onMessage(Committed.class, _ -> {
                            journal.committed();
                            flush();
                            return journal.idle() ? Behaviors.stopped() : Behaviors.same();
                        })
                        .onMessage(Command.class, _ -> Behaviors.same())
                        .onSignal(PostStop.class, _ -> {
                            feed.close();
                            return Behaviors.same();
                        })
                        .build();
    }

    private SessionReply.Watching watching() {
        boolean plain = state.opened().plain();
        return new SessionReply.Watching(feed, plain, plain && !state.running() && !preparing && journal.idle());
    }

    private SessionReply.Description description() {
        int offset = state.running() ? state.offset() - state.answered() : state.offset();
        return new SessionReply.Description(
                id, state.opened(), state.messages(), state.size(), offset, state.running() || preparing, cache);
    }

    // the log

    private void record(SessionEvent event) {
        state.apply(event);
        journal.add(event);
    }

    private void flush() {
        journal.flush()
                .ifPresent(written -> context.pipeToSelf(
                        written, (_, _) -> new Committed())); // it never fails: it is tried until it succeeds
    }
}
