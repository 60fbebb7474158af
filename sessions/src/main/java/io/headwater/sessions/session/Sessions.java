/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.session;

import io.headwater.sessions.log.SessionEvent.Opened;
import io.headwater.sessions.session.SessionScope.SessionPlace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;

/** Has all sessions of this server that are in memory; one that is not is read from the log when somebody asks for it. */
public final class Sessions {
    /** What it takes. */
    public sealed interface Command {}

    /** A new session, and its first turn if it is a plain completion's. */
    record Open(String id, Opened opened, Optional<TurnRequest> turn, ActorRef<SessionReply> replyTo)
            implements Command {}

    /** Something for one session. */
    record Forward(String id, SessionCommand command) implements Command {}

    /** These have an answer at work that no server goes on with: this one does if it can. */
    record Resume(List<String> ids) implements Command {}

    /** A session has nothing to do: it may go, unless something has come for it meanwhile. */
    record Leaving(String id) implements Command {}

    /** A session that was let go has got something to do. */
    record Staying(String id) implements Command {}

    /** Ends all of them, as they are; replies when they have ended. */
    record End(ActorRef<SessionReply> replyTo) implements Command {}

    private static final int MOST_HELD = 1000;

    private final ActorContext<Command> context;
    private final SessionParts parts;
    private final Map<String, ActorRef<SessionCommand>> sessions = new HashMap<>();
    /** What came for sessions that are being let go. */
    private final Map<String, List<SessionCommand>> held = new HashMap<>();

    private @Nullable ActorRef<SessionReply> ending;

    private Sessions(ActorContext<Command> context, SessionParts parts) {
        this.context = context;
        this.parts = parts;
    }

    public static Behavior<Command> create(SessionParts parts) {
        return Behaviors.setup(context -> new Sessions(context, parts).open());
    }

    private Behavior<Command> open() {
        return Behaviors.receive(Command.class)
                .onMessage(Command.class, command -> {
                    on(command);
                    return ending != null && sessions.isEmpty() ? ended() : Behaviors.same();
                })
                .onSignal(Terminated.class, terminated -> {
                    gone(terminated.getRef().path().name());
                    return ending != null && sessions.isEmpty() ? ended() : Behaviors.same();
                })
                .build();
    }

    private Behavior<Command> ended() {
        if (ending != null) {
            ending.tell(new SessionReply.Done(true));
        }
        return Behaviors.stopped();
    }

    private void on(Command command) {
        switch (command) {
            case Open open -> open(open);
            case Forward forward -> forward(forward.id(), forward.command());
            case Resume resume -> resume(resume.ids());
            case Leaving leaving -> {
                @Nullable ActorRef<SessionCommand> session = sessions.get(leaving.id());
                if (session != null && held.putIfAbsent(leaving.id(), new ArrayList<>()) == null) {
                    session.tell(new SessionCommand.Stop());
                }
            }
            case Staying staying -> {
                @Nullable List<SessionCommand> commands = held.remove(staying.id());
                @Nullable ActorRef<SessionCommand> session = sessions.get(staying.id());
                if (commands != null && session != null) {
                    commands.forEach(session::tell);
                }
            }
            case End end -> {
                ending = end.replyTo();
                sessions.values().forEach(session -> session.tell(new SessionCommand.Halt()));
            }
        }
    }

    /** Where others could take them, too, one that is not in memory is left to them while this server has no place: they are told of again. */
    private void resume(List<String> ids) {
        boolean takes = !parts.log().isShared() || parts.desk().hasPlace();
        for (String id : ids) {
            if (takes || sessions.containsKey(id)) {
                forward(id, new SessionCommand.Orphaned());
            }
        }
    }

    private void open(Open open) {
        if (ending != null) {
            open.replyTo().tell(SessionReply.Unavailable.ending());
            return;
        }
        String lost = parts.log().lost();
        if (!lost.isEmpty()) {
            open.replyTo().tell(new SessionReply.Unavailable(lost));
            return;
        }
        ActorRef<SessionCommand> session = spawn(open.id(), Session.opened(parts, place(open.id()), open.opened()));
        session.tell(open.turn()
                .<SessionCommand>map(turn -> new SessionCommand.Ask(turn, open.replyTo()))
                .orElseGet(() -> new SessionCommand.AwaitReady(open.replyTo())));
    }

    private void forward(String id, SessionCommand command) {
        if (ending != null) {
            if (command instanceof SessionCommand.Question question) {
                question.replyTo().tell(SessionReply.Unavailable.ending());
            }
            return;
        }
        @Nullable List<SessionCommand> waiting = held.get(id);
        if (waiting == null) {
            session(id).tell(command);
        } else if (waiting.size() < MOST_HELD) {
            waiting.add(command);
        } else if (command instanceof SessionCommand.Question question) {
            question.replyTo().tell(new SessionReply.Unavailable("too many wait for this session: try again"));
        }
    }

    private ActorRef<SessionCommand> session(String id) {
        @Nullable ActorRef<SessionCommand> session = sessions.get(id);
        return session != null ? session : spawn(id, Loading.create(parts, place(id)));
    }

    private SessionPlace place(String id) {
        return new SessionPlace(id, context.getSelf());
    }

    private ActorRef<SessionCommand> spawn(String id, Behavior<SessionCommand> behavior) {
        ActorRef<SessionCommand> session = context.spawn(behavior, id);
        context.watch(session);
        sessions.put(id, session);
        return session;
    }

    /** What came for it while it went wants it back. */
    private void gone(String id) {
        sessions.remove(id);
        @Nullable List<SessionCommand> commands = held.remove(id);
        if (commands != null && ending == null) {
            commands.forEach(command -> forward(id, command));
        }
    }
}
