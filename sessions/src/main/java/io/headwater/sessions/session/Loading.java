/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.session;

import io.headwater.sessions.log.SessionEvent;
import io.headwater.sessions.log.SessionEvent.Opened;
import io.headwater.sessions.session.Session.Command;
import io.headwater.sessions.session.Session.Question;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.StashBuffer;
import org.slf4j.LoggerFactory;

/** A session that is being read from the log: questions wait, and hear that it is missing where the log does not know it. */
final class Loading {
    private static final int MOST_WAITING = 1000;

    private record Loaded(List<SessionEvent> events) implements Session.Internal {}

    private record Failed(String message) implements Session.Internal {}

    private final StashBuffer<Command> waiting;
    private final SessionParts parts;
    private final Session.SessionPlace place;

    private Loading(StashBuffer<Command> waiting, SessionParts parts, Session.SessionPlace place) {
        this.waiting = waiting;
        this.parts = parts;
        this.place = place;
    }

    static Behavior<Command> create(SessionParts parts, Session.SessionPlace place) {
        return Behaviors.setup(context -> Behaviors.withStash(MOST_WAITING, stash -> {
            context.pipeToSelf(
                    parts.log().reader().events(place.id()),
                    (events, failure) ->
                            failure == null ? new Loaded(events) : new Failed(String.valueOf(failure.getMessage())));
            return new Loading(stash, parts, place).loading();
        }));
    }

    private Behavior<Command> loading() {
        return Behaviors.receiveMessage(command -> switch (command) {
            case Loaded loaded -> loaded(loaded.events());
            case Failed failed -> {
                LoggerFactory.getLogger(Loading.class).warn("session {}: {}", place.id(), failed.message());
                yield leave(new SessionReply.Unavailable(failed.message()));
            }
            case Session.Halt _ -> Behaviors.stopped();
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

    private Behavior<Command> loaded(List<SessionEvent> events) {
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
    private Behavior<Command> leave(SessionReply reply) {
        waiting.forEach(command -> answer(command, reply));
        place.registry().tell(new Sessions.Leaving(place.id()));
        return Behaviors.receiveMessage(command -> {
            if (command instanceof Session.Stop || command instanceof Session.Halt) {
                return Behaviors.stopped();
            }
            answer(command, reply);
            return Behaviors.same();
        });
    }

    private static void answer(Command command, SessionReply reply) {
        if (command instanceof Question question) {
            ActorRef<SessionReply> replyTo = question.replyTo();
            replyTo.tell(reply);
        }
    }
}
