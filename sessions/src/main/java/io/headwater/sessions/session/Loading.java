/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.session;

import io.headwater.sessions.log.SessionEvent;
import io.headwater.sessions.log.SessionEvent.Opened;
import io.headwater.sessions.session.SessionCommand.Halt;
import io.headwater.sessions.session.SessionCommand.Loaded;
import io.headwater.sessions.session.SessionCommand.NotLoaded;
import io.headwater.sessions.session.SessionCommand.Question;
import io.headwater.sessions.session.SessionCommand.Stop;
import io.headwater.sessions.session.SessionScope.SessionPlace;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.StashBuffer;
import org.slf4j.LoggerFactory;

/** A session that is being read from the log: questions wait, and hear that it is missing where the log does not know it. */
final class Loading {
    private static final int MOST_WAITING = 1000;

    private final StashBuffer<SessionCommand> waiting;
    private final SessionParts parts;
    private final SessionPlace place;

    private Loading(StashBuffer<SessionCommand> waiting, SessionParts parts, SessionPlace place) {
        this.waiting = waiting;
        this.parts = parts;
        this.place = place;
    }

    static Behavior<SessionCommand> create(SessionParts parts, SessionPlace place) {
        return Behaviors.setup(context -> Behaviors.withStash(MOST_WAITING, stash -> {
            context.pipeToSelf(
                    parts.log().reader().events(place.id()),
                    (events, failure) ->
                            failure == null ? new Loaded(events) : new NotLoaded(String.valueOf(failure.getMessage())));
            return new Loading(stash, parts, place).loading();
        }));
    }

    private Behavior<SessionCommand> loading() {
        return Behaviors.receiveMessage(command -> switch (command) {
            case Loaded loaded -> loaded(loaded.events());
            case NotLoaded failed -> {
                LoggerFactory.getLogger(Loading.class).warn("session {}: {}", place.id(), failed.problem());
                yield leave(new SessionReply.Unavailable(failed.problem()));
            }
            case Halt _ -> Behaviors.stopped();
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

    private Behavior<SessionCommand> loaded(List<SessionEvent> events) {
        if (events.isEmpty() || !(events.getFirst() instanceof Opened opened)) {
            return leave(new SessionReply.Missing());
        }
        SessionState state = new SessionState(opened);
        try {
            events.subList(1, events.size()).forEach(state::apply);
        } catch (IllegalStateException e) {
            LoggerFactory.getLogger(Loading.class)
                    .warn("session {}: its log is damaged: {}", place.id(), e.getMessage());
            return leave(new SessionReply.Unavailable("the log of this session is damaged: " + e.getMessage()));
        }
        return waiting.unstashAll(Session.restored(parts, place, state));
    }

    /** Answers all who wait, and whoever still comes, until the registry lets it go. */
    private Behavior<SessionCommand> leave(SessionReply reply) {
        waiting.forEach(command -> answer(command, reply));
        place.registry().tell(new Sessions.Leaving(place.id()));
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
