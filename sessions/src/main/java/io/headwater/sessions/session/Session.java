/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.session;

import io.headwater.sessions.log.SessionEvent.Opened;
import io.headwater.sessions.log.Wish;
import io.headwater.sessions.session.SessionCommand.Abandoned;
import io.headwater.sessions.session.SessionCommand.Again;
import io.headwater.sessions.session.SessionCommand.Ask;
import io.headwater.sessions.session.SessionCommand.AwaitReady;
import io.headwater.sessions.session.SessionCommand.Cancel;
import io.headwater.sessions.session.SessionCommand.Claimed;
import io.headwater.sessions.session.SessionCommand.Committed;
import io.headwater.sessions.session.SessionCommand.Decoded;
import io.headwater.sessions.session.SessionCommand.Delete;
import io.headwater.sessions.session.SessionCommand.Describe;
import io.headwater.sessions.session.SessionCommand.Expire;
import io.headwater.sessions.session.SessionCommand.Followed;
import io.headwater.sessions.session.SessionCommand.GraceOver;
import io.headwater.sessions.session.SessionCommand.Halt;
import io.headwater.sessions.session.SessionCommand.IdleOver;
import io.headwater.sessions.session.SessionCommand.Loaded;
import io.headwater.sessions.session.SessionCommand.Look;
import io.headwater.sessions.session.SessionCommand.NotClaimed;
import io.headwater.sessions.session.SessionCommand.NotLoaded;
import io.headwater.sessions.session.SessionCommand.NotPrompted;
import io.headwater.sessions.session.SessionCommand.Orphaned;
import io.headwater.sessions.session.SessionCommand.Prompted;
import io.headwater.sessions.session.SessionCommand.Removed;
import io.headwater.sessions.session.SessionCommand.Stop;
import io.headwater.sessions.session.SessionCommand.SubscribersChanged;
import io.headwater.sessions.session.SessionCommand.Watch;
import io.headwater.sessions.session.SessionCommand.Wished;
import io.headwater.sessions.session.SessionScope.SessionPlace;
import io.headwater.sessions.stream.SessionFeed;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * Owns one session: takes turns, one at a time ({@link Asking}), has them decoded ({@link Answer}), and puts everything that happens into the log before
 * anybody is told ({@link History}). What it is follows from the log alone ({@link SessionState}), so after a restart it goes on from there. A session that
 * nobody uses ({@link Rest}) leaves the memory and comes back from the log.
 */
final class Session {
    private final SessionScope scope;
    private final History history;
    private final SessionState state;
    private final Rest rest;
    private final Answer answer;
    private final Asking asking;

    private Session(SessionScope scope, History history) {
        this.scope = scope;
        this.history = history;
        this.state = history.state();
        this.rest = new Rest(scope, history);
        this.answer = new Answer(scope, history, () -> {
            rest.watch();
            rest.begin();
        });
        this.asking = new Asking(scope, history, answer, rest);
    }

    private static Behavior<SessionCommand> create(
            SessionParts parts, SessionPlace place, Function<SessionScope, Session> maker) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers ->
                maker.apply(new SessionScope(context, timers, parts, place)).active()));
    }

    /** A new session. */
    static Behavior<SessionCommand> opened(SessionParts parts, SessionPlace place, Opened opened) {
        return create(parts, place, scope -> {
            Session session = new Session(scope, History.begun(scope, opened));
            if (!opened.plain()) { // a plain completion's goes into the log with its turn, if that is taken
                session.history.flush();
                session.rest.begin();
            }
            return session;
        });
    }

    /**
     * A session as the log tells it, which this server owns; one whose answer was at work goes on with it, or is left to another gateway that can.
     *
     * @param feed at its end
     * @param ends whether somebody wants the answer to end, who says so next: then it is this server's in any case
     */
    static Behavior<SessionCommand> restored(SessionScope scope, SessionState state, SessionFeed feed, boolean ends) {
        if (!state.running()) {
            Session session = new Session(scope, History.read(scope, state, feed));
            session.rest.begin();
            return session.active();
        }
        Resumption where = Resumption.of(scope, state);
        if (where == Resumption.ELSEWHERE && !ends) {
            scope.parts().log().release(scope.id());
            return Following.begin(scope, state, feed);
        }
        Session session = new Session(scope, History.read(scope, state, feed));
        session.resume(where);
        return session.active();
    }

    private void resume(Resumption where) {
        switch (where) {
            case HERE -> answer.resume();
            case ELSEWHERE -> answer.hold();
            case NOWHERE -> answer.giveUp();
        }
        history.flush();
        rest.watch();
    }

    private Behavior<SessionCommand> active() {
        return Behaviors.receive(SessionCommand.class)
                .onMessage(SessionCommand.class, this::on)
                .onSignal(PostStop.class, _ -> {
                    history.feed().close();
                    return Behaviors.same();
                })
                .build();
    }

    private Behavior<SessionCommand> on(SessionCommand command) {
        switch (command) {
            case Ask ask -> asking.on(ask);
            case Prompted prompted -> asking.prompted(prompted.ids());
            case NotPrompted failed -> asking.refused(SessionReply.Reason.MESSAGES, failed.problem());
            case Cancel cancel -> cancel.replyTo().tell(new SessionReply.Done(cancel()));
            case GraceOver _ -> graceOver();
            case Describe describe -> history.reply(describe.replyTo(), description());
            case Watch watch -> watch(watch.replyTo());
            case AwaitReady ready ->
                history.reply(
                        ready.replyTo(),
                        new SessionReply.Ready(scope.id(), history.feed().end()));
            case Decoded decoded -> answer.on(decoded);
            case Again again -> answer.again(again.turn());
            case Committed _ -> history.committed();
            case SubscribersChanged _ -> rest.watch();
            case IdleOver _ -> idleOver();
            case Delete delete -> {
                return delete(delete.replyTo());
            }
            case Expire expire -> {
                return expire(expire.replyTo());
            }
            case Stop _ -> {
                return stop();
            }
            case Halt _ -> {
                return halt();
            }
            case Abandoned _ -> {
                return Behaviors.stopped();
            }
            case Wished wished -> {
                return wished(wished.wish());
            }
            case Loaded _,
                    NotLoaded _,
                    Removed _,
                    Orphaned _,
                    Followed _,
                    Claimed _,
                    NotClaimed _,
                    Look _ -> {} // of other states
        }
        return Behaviors.same();
    }

    /** Whether there is anything to cancel. */
    private boolean cancel() {
        if (state.running()) {
            answer.cancel();
            return true;
        }
        if (asking.atWork()) {
            asking.cancel();
            return true;
        }
        return false;
    }

    private void graceOver() {
        if (!history.feed().watched()) { // nobody has come back at the last moment
            cancel();
        }
    }

    private SessionReply.Description description() {
        return new SessionReply.Description(
                scope.id(),
                state.opened(),
                state.messages(),
                state.size(),
                state.answerOffset(),
                state.running() || asking.atWork(),
                state.budgets(),
                answer.cache());
    }

    private void watch(ActorRef<SessionReply> replyTo) {
        boolean plain = state.opened().plain();
        if (atRest()) {
            rest.begin(); // whoever asks will subscribe in a moment
        }
        replyTo.tell(new SessionReply.Watching(history.feed(), plain, plain && atRest(), state.answerOffset()));
    }

    private boolean atRest() {
        return !state.running() && !asking.atWork() && history.settled();
    }

    private void idleOver() {
        if (state.running() || asking.atWork()) {
            return; // it rests again when that is over
        }
        if (history.settled()) {
            scope.desk().park(answer.decodeId());
        }
        if (history.settled() && !history.feed().watched()) {
            scope.place().registry().tell(new Sessions.Leaving(scope.id()));
        } else {
            rest.begin();
        }
    }

    private Behavior<SessionCommand> wished(Wish wish) {
        switch (wish.kind()) {
            case RELEASE -> {
                return atRest() ? release() : Behaviors.same();
            }
            case CANCEL -> {
                if (state.running() && state.turns() == wish.turn()) { // a late one must not end the next answer
                    answer.cancel();
                }
            }
            case HEARD -> rest.heardElsewhere();
        }
        return Behaviors.same();
    }

    /** Another gateway goes on with it, and this one follows: those who listen here hear what is told there. */
    private Behavior<SessionCommand> release() {
        rest.interrupt();
        scope.desk().park(answer.decodeId());
        scope.parts().log().release(scope.id());
        return Following.begin(scope, state, history.feed());
    }

    private Behavior<SessionCommand> stop() {
        if (atRest() && !history.feed().watched()) {
            scope.parts().log().release(scope.id());
            return Behaviors.stopped();
        }
        scope.place().registry().tell(new Sessions.Staying(scope.id()));
        rest.begin();
        return Behaviors.same();
    }

    private Behavior<SessionCommand> expire(ActorRef<SessionReply> replyTo) {
        if (atRest()) {
            return delete(replyTo);
        }
        replyTo.tell(new SessionReply.Done(false));
        return Behaviors.same();
    }

    private Behavior<SessionCommand> delete(ActorRef<SessionReply> replyTo) {
        asking.giveUp(new SessionReply.Missing());
        answer.drop();
        history.replyToAll(new SessionReply.Missing());
        history.feed().delete();
        scope.timers().cancelAll();
        return Removal.begin(scope, replyTo);
    }

    private Behavior<SessionCommand> halt() {
        asking.giveUp(SessionReply.Unavailable.ending());
        return Halting.begin(scope, history);
    }
}
