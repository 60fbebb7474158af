/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.session;

import io.headwater.model.decoding.BudgetEvent;
import io.headwater.model.decoding.DecodeEvent;
import io.headwater.model.decoding.DecodeEvent.BudgetChanged;
import io.headwater.model.decoding.DecodeEvent.Ended;
import io.headwater.model.decoding.DecodeEvent.Failed;
import io.headwater.model.decoding.DecodeEvent.Failure;
import io.headwater.model.decoding.DecodeEvent.Prefilled;
import io.headwater.model.decoding.DecodeEvent.Scored;
import io.headwater.model.decoding.DecodeEvent.SequenceFigures;
import io.headwater.model.decoding.DecodeEvent.Token;
import io.headwater.model.decoding.RepeatedPart;
import io.headwater.model.generation.FinishReason;
import io.headwater.sessions.log.SessionEvent.Budgeted;
import io.headwater.sessions.log.SessionEvent.Sampled;
import io.headwater.sessions.log.SessionEvent.TurnEnded;
import io.headwater.sessions.log.SessionEvent.TurnProblem;
import io.headwater.sessions.session.SessionCommand.Again;
import io.headwater.sessions.session.SessionCommand.Decoded;
import java.time.Duration;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * The answer at work: it is with the decode loop, or waits to be handed in again, until its end is recorded. What it says comes from the decode loop, where
 * it is comes from the log. Owned by its session.
 */
final class Answer {
    private static final Duration RETRY = Duration.ofMillis(500);

    private final SessionScope scope;
    private final History history;
    private final SessionState state;
    private final Runnable whenOver;
    private final long decodeId;
    private SequenceFigures cache = SequenceFigures.NONE;
    private TurnClock clock = new TurnClock();
    private boolean cancelling;
    /** It is neither with the decode loop nor over. */
    private boolean waitsToRepeat;

    private long refusedSinceNanos;

    Answer(SessionScope scope, History history, Runnable whenOver) {
        this.scope = scope;
        this.history = history;
        this.state = history.state();
        this.whenOver = whenOver;
        this.decodeId = DecodeIds.of(scope.id());
    }

    /** The session's id in the decode loop. */
    long decodeId() {
        return decodeId;
    }

    /** What the last answer left. */
    SequenceFigures cache() {
        return cache;
    }

    /** Its turn has just been recorded, and has a place; {@code cancelled} meanwhile: it ends at once. */
    void begin(boolean cancelled) {
        clock = new TurnClock();
        cancelling = cancelled;
        submit();
    }

    /** After a restart: it has a place, and goes on from its last token in the log. */
    void resume() {
        scope.context().getLog().info("session {}: its answer goes on after {} tokens", scope.id(), state.answered());
        clock.begun(0);
        submit();
    }

    /** After a restart: it cannot go on here, and whoever wants it to end says so next. */
    void hold() {
        waitsToRepeat = true;
    }

    /** After a restart: it cannot go on anywhere. */
    void giveUp() {
        end(
                "error",
                "",
                new TurnProblem(
                        Failure.UNAVAILABLE.name(),
                        "the server was started again with another model, KV type or context: the answer cannot go on"));
    }

    private void submit() {
        int turn = state.turns();
        ActorRef<SessionCommand> self = scope.self();
        scope.desk().submit(state.request(decodeId), event -> self.tell(new Decoded(turn, event)));
        if (cancelling) {
            scope.desk().cancel(decodeId);
        }
    }

    /** Word from the decode loop. */
    void on(Decoded decoded) {
        if (!state.running()) {
            idle(decoded.event()); // of whichever turn left the cache
            return;
        }
        if (decoded.turn() != state.turns()) {
            return; // of a turn before this one, whose request went without it
        }
        switch (decoded.event()) {
            case Prefilled read -> clock.begun(read.done());
            case Token token -> token(token);
            case BudgetChanged changed -> budget(changed);
            case Ended ended -> {
                cache = ended.figures();
                end(ended.reason().text(), ended.text(), TurnProblem.NONE);
            }
            case Failed failed -> failed(failed);
            case Scored _ -> throw new IllegalStateException("an answer is not scored");
        }
        history.flush();
    }

    /** Its cache has stayed, and may be brought down meanwhile: the next turn's request tells of it. */
    private void idle(DecodeEvent event) {
        if (event instanceof BudgetChanged changed) {
            budget(changed);
            history.flush();
        }
    }

    private void budget(BudgetChanged changed) {
        tell(changed.event());
        history.record(new Budgeted(changed.event()));
    }

    private void tell(BudgetEvent event) {
        @Nullable RepeatedPart part = event.repeated();
        if (part != null) {
            scope.context()
                    .getLog()
                    .info(
                            "session {}: repeated its context up to token {} at position {}, in {} rows",
                            scope.id(),
                            part.to(),
                            event.position(),
                            part.rows());
            return;
        }
        scope.context()
                .getLog()
                .info(
                        "session {}: KV budget {} of {} entries a head from position {} on, as memory allows",
                        scope.id(),
                        event.budget(),
                        state.opened().kv().budget(),
                        event.position());
    }

    private void token(Token token) {
        if (token.index() != state.answered()) { // a client would miss one, or hear one twice
            scope.desk().cancel(decodeId);
            end(
                    "error",
                    "",
                    new TurnProblem(
                            Failure.BROKEN.name(),
                            "token " + token.index() + " of the answer came where token " + state.answered()
                                    + " was due: this is a bug"));
            return;
        }
        clock.token();
        refusedSinceNanos = 0;
        history.record(new Sampled(state.offset(), token.token(), token.text(), state.size(), token.logProbability()));
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
        } else if (passing && now - refusedSinceNanos < scope.settings().retry().toNanos()) {
            waitsToRepeat = true;
            scope.timers().startSingleTimer(new Again(state.turns()), RETRY);
        } else {
            end("error", "", new TurnProblem(failed.failure().name(), failed.message()));
        }
    }

    /** It is time to hand a turn in again. */
    void again(int turn) {
        if (waitsToRepeat && state.running() && turn == state.turns()) {
            waitsToRepeat = false;
            scope.desk().enter();
            submit();
        }
    }

    /** It ends where it is: the decode loop says where. */
    void cancel() {
        cancelling = true;
        if (waitsToRepeat) {
            end(FinishReason.CANCELLED.text(), "", TurnProblem.NONE);
            history.flush();
        } else {
            scope.desk().cancel(decodeId);
        }
    }

    private void end(String reason, String text, TurnProblem problem) {
        history.record(new TurnEnded(
                state.offset(),
                reason,
                text,
                problem,
                clock.usage(
                        state.size() - state.answered() - state.promptTokens(),
                        state.promptTokens(),
                        state.answered())));
        cancelling = false;
        waitsToRepeat = false;
        refusedSinceNanos = 0;
        whenOver.run();
    }

    /** Nobody wants the session any more: it ends unrecorded, and its cache is freed. */
    void drop() {
        if (state.running() && !waitsToRepeat) {
            scope.desk().cancel(decodeId);
        }
        scope.desk().release(decodeId);
    }
}
