/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.session;

import io.headwater.sessions.log.SessionEvent;
import io.headwater.sessions.log.SessionEvent.Opened;
import io.headwater.sessions.log.TokenLog;
import io.headwater.sessions.log.UnreadableEventException;
import io.headwater.sessions.session.SessionCommand.Halt;
import io.headwater.sessions.session.SessionCommand.Loaded;
import io.headwater.sessions.session.SessionCommand.NotLoaded;
import io.headwater.sessions.session.SessionCommand.Question;
import io.headwater.sessions.session.SessionCommand.Stop;
import io.headwater.sessions.session.SessionScope.SessionPlace;
import io.headwater.sessions.stream.SessionFeed;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.StashBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** A session that is being read from the log: questions wait, and hear that it is missing where the log does not know it. */
final class Loading {
    private static final int MOST_WAITING = 1000;

    private final StashBuffer<SessionCommand> waiting;
    private final SessionScope scope;

    private Loading(StashBuffer<SessionCommand> waiting, SessionScope scope) {
        this.waiting = waiting;
        this.scope = scope;
    }

    static Behavior<SessionCommand> create(SessionParts parts, SessionPlace place) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> Behaviors.withStash(MOST_WAITING, stash -> {
            context.pipeToSelf(
                    read(parts.log(), place.id()),
                    (loaded, failure) -> failure == null ? loaded : new NotLoaded(problem(failure)));
            return new Loading(stash, new SessionScope(context, timers, parts, place)).loading();
        })));
    }

    /** Claimed before it is read: then nobody writes any more what is not read. Whoever cannot read an event keeps it, lest all try for ever. */
    private static CompletionStage<SessionCommand> read(TokenLog log, String id) {
        return log.claim(id)
                .thenCompose(owned -> log.reader()
                        .events(id)
                        .whenComplete((_, failure) -> {
                            if (failure != null && !(failure instanceof UnreadableEventException)) {
                                log.release(id); // another one may have more luck
                            }
                        })
                        .thenApply(events -> new Loaded(owned, events)));
    }

    /** A sentence for the client. */
    static String problem(Throwable failure) {
        @Nullable Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return String.valueOf((cause == null ? failure : cause).getMessage());
    }

    private Behavior<SessionCommand> loading() {
        return Behaviors.receiveMessage(command -> switch (command) {
            case Loaded loaded -> loaded(loaded.owned(), loaded.events());
            case NotLoaded failed -> {
                LoggerFactory.getLogger(Loading.class).warn("session {}: {}", scope.id(), failed.problem());
                yield leave(new SessionReply.Unavailable(failed.problem()));
            }
            case Halt _ -> {
                waiting.forEach(each -> answer(each, SessionReply.Unavailable.ending()));
                yield Behaviors.stopped();
            }
            default -> {
                if (waiting.isFull()) {
                    answer(command, new SessionReply.Unavailable("too many wait for this session: try again"));
                } else {
                    waiting.stash(command);
                }
                yield Behaviors.same();
            }
        });
    }

    private Behavior<SessionCommand> loaded(boolean owned, List<SessionEvent> events) {
        if (events.isEmpty() || !(events.getFirst() instanceof Opened opened)) {
            scope.parts().log().release(scope.id());
            return leave(new SessionReply.Missing());
        }
        SessionState state = new SessionState(opened);
        try {
            events.subList(1, events.size()).forEach(state::apply);
        } catch (IllegalStateException e) {
            LoggerFactory.getLogger(Loading.class)
                    .warn("session {}: its log is damaged: {}", scope.id(), e.getMessage());
            return leave(new SessionReply.Unavailable("the log of this session is damaged: " + e.getMessage()));
        }
        SessionFeed feed = History.feed(scope, state);
        return waiting.unstashAll(
                owned ? Session.restored(scope, state, feed, false) : Following.begin(scope, state, feed));
    }

    private Behavior<SessionCommand> leave(SessionReply reply) {
        waiting.forEach(command -> answer(command, reply));
        return leave(scope, reply);
    }

    /** Answers whoever still comes, until the registry lets it go. */
    static Behavior<SessionCommand> leave(SessionScope scope, SessionReply reply) {
        scope.place().registry().tell(new Sessions.Leaving(scope.id()));
        return Behaviors.receiveMessage(command -> {
            if (command instanceof Stop || command instanceof Halt) {
                return Behaviors.stopped();
            }
            answer(command, reply);
            return Behaviors.same();
        });
    }

    private static void answer(SessionCommand command, SessionReply reply) {
        if (command instanceof Question question) {
            ActorRef<SessionReply> replyTo = question.replyTo();
            replyTo.tell(reply);
        }
    }
}
