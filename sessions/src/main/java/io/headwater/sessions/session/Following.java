/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.session;

import io.headwater.sessions.log.SessionEvent;
import io.headwater.sessions.log.SessionEvent.Told;
import io.headwater.sessions.session.SessionCommand.Claimed;
import io.headwater.sessions.session.SessionCommand.Followed;
import io.headwater.sessions.session.SessionCommand.Halt;
import io.headwater.sessions.session.SessionCommand.IdleOver;
import io.headwater.sessions.session.SessionCommand.Internal;
import io.headwater.sessions.session.SessionCommand.Look;
import io.headwater.sessions.session.SessionCommand.NotClaimed;
import io.headwater.sessions.session.SessionCommand.NotLoaded;
import io.headwater.sessions.session.SessionCommand.Orphaned;
import io.headwater.sessions.session.SessionCommand.Question;
import io.headwater.sessions.session.SessionCommand.Stop;
import io.headwater.sessions.session.SessionCommand.SubscribersChanged;
import io.headwater.sessions.stream.SessionFeed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * A session that another gateway owns: while somebody listens here or asks, the log is read for what that one writes, and told. What only its owner can do
 * waits in {@link Wanting}. When nobody owns it any more, it becomes this server's {@link Session}, with the same listeners.
 */
final class Following {
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Duration REST = Duration.ofSeconds(10);

    private final SessionScope scope;
    private final SessionState state;
    private final SessionFeed feed;
    private final Wanting wanting;
    private boolean reading;
    /** Reads that have begun. A question is answered of one that begins after it: what its client has heard elsewhere is in that. */
    private int reads;

    private boolean claiming;
    /** It is this server's; what the last owner has written is still to be read. */
    private boolean owned;

    private Following(SessionScope scope, SessionState state, SessionFeed feed) {
        this.scope = scope;
        this.state = state;
        this.feed = feed;
        this.wanting = new Wanting(scope, state, feed);
    }

    /** {@code feed} is at the end of what {@code state} has told. */
    static Behavior<SessionCommand> begin(SessionScope scope, SessionState state, SessionFeed feed) {
        Following following = new Following(scope, state, feed);
        following.lookLater();
        return Behaviors.receive(SessionCommand.class)
                .onMessage(SessionCommand.class, following::on)
                .onSignal(PostStop.class, _ -> {
                    feed.close();
                    return Behaviors.same();
                })
                .build();
    }

    private Behavior<SessionCommand> on(SessionCommand command) {
        switch (command) {
            case Question question -> {
                wanting.add(question, reads);
                look();
            }
            case Followed followed -> {
                return followed(followed);
            }
            case Claimed claimed -> {
                claiming = false;
                owned = claimed.owned();
                look();
            }
            case NotClaimed _ -> claiming = false;
            case NotLoaded failed -> {
                reading = false;
                wanting.refuse(new SessionReply.Unavailable(failed.problem()));
                lookLater();
            }
            case Orphaned _ -> orphaned();
            case Look _, SubscribersChanged _ -> look();
            case IdleOver _ -> idleOver();
            case Stop _ -> {
                if (!busy()) {
                    return Behaviors.stopped();
                }
                scope.place().registry().tell(new Sessions.Staying(scope.id()));
            }
            case Halt _ -> {
                wanting.refuse(SessionReply.Unavailable.ending());
                return Behaviors.stopped();
            }
            case Internal _ -> {} // late, of when it was this server's
        }
        return Behaviors.same();
    }

    /** It is claimed only where it can go on, or is to end: otherwise those who could would find it taken. */
    private void orphaned() {
        if (wanting.ends() || Resumption.promises(scope, state)) {
            claim();
        } else if (!busy()) {
            lookLater(); // it is told again and again: what has been read of it stays
        }
    }

    private boolean busy() {
        return feed.watched() || wanting.any() || claiming || owned;
    }

    private void look() {
        if (!reading) {
            reading = true;
            boolean mine = owned;
            int read = ++reads;
            scope.context()
                    .pipeToSelf(
                            scope.parts().log().reader().events(scope.id(), state.seq() - 1),
                            (events, failure) -> failure == null
                                    ? new Followed(mine, read, events)
                                    : new NotLoaded(Loading.problem(failure)));
        }
    }

    /** The first of them is known: it says that the session is still there. */
    private Behavior<SessionCommand> followed(Followed followed) {
        reading = false;
        List<SessionEvent> events = followed.events();
        if (events.isEmpty()) {
            return missing();
        }
        List<Told> told = new ArrayList<>();
        for (SessionEvent event : events.subList(1, events.size())) {
            state.apply(event);
            if (event instanceof Told each) {
                told.add(each);
            }
        }
        if (!told.isEmpty()) {
            feed.publish(told);
        }
        if (followed.owned()) { // nobody else has written since: that was all
            boolean ends = wanting.ends();
            wanting.handOn();
            scope.timers().cancelAll();
            return Session.restored(scope, state, feed, ends);
        }
        if (!owned && wanting.answer(followed.read())) {
            claim();
        }
        if (owned || wanting.asksAfter(followed.read())) {
            look();
        }
        lookLater();
        return Behaviors.same();
    }

    /** Its owner has deleted it. */
    private Behavior<SessionCommand> missing() {
        feed.delete();
        scope.timers().cancelAll();
        scope.parts().log().release(scope.id());
        wanting.refuse(new SessionReply.Missing());
        return Loading.leave(scope, new SessionReply.Missing());
    }

    private void claim() {
        if (!claiming && !owned) {
            claiming = true;
            scope.context()
                    .pipeToSelf(
                            scope.parts().log().claim(scope.id()),
                            (mine, failure) -> failure == null ? new Claimed(mine) : new NotClaimed());
        }
    }

    private void lookLater() {
        if (busy()) {
            scope.timers().startSingleTimer(Look.class, new Look(), LOOK);
        } else {
            scope.timers().startSingleTimer(IdleOver.class, new IdleOver(), REST);
        }
    }

    private void idleOver() {
        if (!busy()) {
            scope.place().registry().tell(new Sessions.Leaving(scope.id()));
        }
    }
}
