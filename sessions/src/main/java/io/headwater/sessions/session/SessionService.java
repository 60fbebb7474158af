/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.session;

import io.headwater.sessions.log.LogReader;
import io.headwater.sessions.log.Neighbours;
import io.headwater.sessions.log.SessionEvent.ModelIdentity;
import io.headwater.sessions.log.SessionEvent.Opened;
import io.headwater.sessions.log.Wish;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.jspecify.annotations.Nullable;

/** The way in from outside the actors: every question has an answer within a deadline. Any thread. */
public final class SessionService {
    private static final Duration ANSWER = Duration.ofSeconds(15);
    private static final int ID_BYTES = 18;
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    private final ActorSystem<?> system;
    private final SessionParts parts;
    private final ActorRef<Sessions.Command> sessions;
    private final SecureRandom random = new SecureRandom();
    private @Nullable CompletionStage<SessionReply> ended;

    private SessionService(ActorSystem<?> system, SessionParts parts, ActorRef<Sessions.Command> sessions) {
        this.system = system;
        this.parts = parts;
        this.sessions = sessions;
    }

    /** Starts the sessions in an actor system; answers that no server goes on with go on here. */
    public static SessionService start(ActorSystem<?> system, SessionParts parts) {
        SessionService service = new SessionService(
                system, parts, system.systemActorOf(Sessions.create(parts), "sessions", Props.empty()));
        ActorRef<Sessions.Command> sessions = service.sessions;
        parts.log().tell(new Neighbours() {
            @Override
            public void orphaned(List<String> ids) {
                sessions.tell(new Sessions.Resume(ids));
            }

            @Override
            public void wished(List<Wish> wishes) {
                wishes.forEach(
                        wish -> sessions.tell(new Sessions.Forward(wish.session(), new SessionCommand.Wished(wish))));
            }
        });
        return service;
    }

    /** A new session: {@link SessionReply.Ready}. */
    public CompletionStage<SessionReply> open(Opened opened) {
        return ask(replyTo -> new Sessions.Open(newId(), opened, Optional.empty(), replyTo));
    }

    /** A plain completion: {@link SessionReply.Accepted}, {@link SessionReply.Full}, {@link SessionReply.Refused}. */
    public CompletionStage<SessionReply> complete(Opened opened, TurnRequest turn) {
        return ask(replyTo -> new Sessions.Open(newId(), opened, Optional.of(turn), replyTo));
    }

    /** A turn in a session. */
    public CompletionStage<SessionReply> ask(String id, TurnRequest turn) {
        return forward(id, replyTo -> new SessionCommand.Ask(turn, replyTo));
    }

    public CompletionStage<SessionReply> cancel(String id) {
        return forward(id, SessionCommand.Cancel::new);
    }

    public CompletionStage<SessionReply> delete(String id) {
        return forward(id, SessionCommand.Delete::new);
    }

    /** Deletes it if it is at rest. */
    public CompletionStage<SessionReply> expire(String id) {
        return forward(id, SessionCommand.Expire::new);
    }

    /** {@link SessionReply.Description}. */
    public CompletionStage<SessionReply> describe(String id) {
        return forward(id, SessionCommand.Describe::new);
    }

    /** {@link SessionReply.Watching}. */
    public CompletionStage<SessionReply> watch(String id) {
        return forward(id, SessionCommand.Watch::new);
    }

    public LogReader reader() {
        return parts.log().reader();
    }

    /** By which new sessions are computed. */
    public ModelIdentity model() {
        return parts.settings().model();
    }

    /** Why nothing is told or decoded now; empty while all is well. */
    public String problem() {
        String log = parts.log().lost();
        return log.isEmpty() ? decodeProblem() : log;
    }

    /** Why nothing is told now; empty while the log can be written. */
    public String logProblem() {
        return parts.log().lost();
    }

    /** Why nothing is decoded until the server starts again; empty while it is. */
    public String decodeProblem() {
        return parts.desk().problem();
    }

    /** Requests that are at work or wait. */
    public int atWork() {
        return parts.desk().entered();
    }

    /** From now on no turn begins and no answer of another server is taken over; what is at work comes to its end. */
    public void drain() {
        parts.desk().drain();
    }

    /** Ends all sessions as they are: answers at work go on when a server starts again. */
    public synchronized CompletionStage<SessionReply> end() {
        if (ended == null) {
            ended = ask(Sessions.End::new);
        }
        return ended;
    }

    private CompletionStage<SessionReply> forward(String id, Function<ActorRef<SessionReply>, SessionCommand> command) {
        if (!ID.matcher(id).matches()) {
            return CompletableFuture.completedFuture(new SessionReply.Missing());
        }
        return ask(replyTo -> new Sessions.Forward(id, command.apply(replyTo)));
    }

    private CompletionStage<SessionReply> ask(Function<ActorRef<SessionReply>, Sessions.Command> question) {
        return AskPattern.<Sessions.Command, SessionReply>ask(sessions, question::apply, ANSWER, system.scheduler())
                .exceptionally(failure -> late(failure));
    }

    private SessionReply late(Throwable failure) {
        @Nullable Throwable cause = failure.getCause();
        if (failure instanceof TimeoutException || cause instanceof TimeoutException) {
            String problem = problem();
            return new SessionReply.Unavailable(
                    problem.isEmpty()
                            ? "no answer within " + ANSWER.toSeconds() + " s: try again"
                            : "nothing can be told now: " + problem);
        }
        throw new IllegalStateException("asking the sessions", failure);
    }

    /** Nobody can guess it: whoever knows it may read the session. */
    private String newId() {
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        return "s_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
