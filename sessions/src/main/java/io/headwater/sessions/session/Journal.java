/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.session;

import io.headwater.sessions.log.Batch;
import io.headwater.sessions.log.LogWriter;
import io.headwater.sessions.log.SessionEvent;
import io.headwater.sessions.log.SessionEvent.Told;
import io.headwater.sessions.stream.SessionFeed;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * One session's way into the log. One batch at a time is with the writer; what comes meanwhile waits for the next, so decoding never waits for a commit.
 * Only what is committed is told. Owned by its session.
 */
final class Journal {
    /** Those who wait for a commit: more only come where the log is lost, and they hear that. */
    private static final int MOST_WAITING = 1000;

    private final String session;
    private final LogWriter writer;
    private final SessionFeed feed;
    private final List<SessionEvent> pending = new ArrayList<>();
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private List<SessionEvent> writing = List.of();
    private int nextSeq;

    /** {@code nextSeq}: of the first event that is not in the log yet. */
    Journal(String session, LogWriter writer, SessionFeed feed, int nextSeq) {
        this.session = session;
        this.writer = writer;
        this.feed = feed;
        this.nextSeq = nextSeq;
    }

    private record Waiting(int seq, ActorRef<SessionReply> to, SessionReply reply) {}

    /** It has happened; {@link #flush} hands it in. */
    void add(SessionEvent event) {
        pending.add(event);
    }

    /** Replies when all that has been added is committed; now if it is already. */
    void reply(ActorRef<SessionReply> to, SessionReply reply) {
        if (idle()) {
            to.tell(reply);
        } else if (waiting.size() < MOST_WAITING) {
            waiting.add(new Waiting(nextSeq + writing.size() + pending.size(), to, reply));
        } else {
            to.tell(new SessionReply.Unavailable("too many wait for the token log: try again later"));
        }
    }

    /** What those hear who still wait: what they wait for will not come. */
    void replyToAll(SessionReply reply) {
        waiting.forEach(each -> each.to().tell(reply));
        waiting.clear();
    }

    boolean idle() {
        return writing.isEmpty() && pending.isEmpty();
    }

    /** Hands in what is pending unless a batch is on its way; {@link #committed} must follow the returned future. */
    Optional<CompletionStage<Void>> flush() {
        if (!writing.isEmpty() || pending.isEmpty()) {
            return Optional.empty();
        }
        writing = List.copyOf(pending);
        pending.clear();
        return Optional.of(writer.write(new Batch.Append(session, nextSeq, System.currentTimeMillis(), writing)));
    }

    /** The batch on its way is in the log: it is told. */
    void committed() {
        nextSeq += writing.size();
        List<Told> told = new ArrayList<>();
        for (SessionEvent event : writing) {
            if (event instanceof Told each) {
                told.add(each);
            }
        }
        writing = List.of();
        if (!told.isEmpty()) {
            feed.publish(told);
        }
        while (!waiting.isEmpty() && waiting.getFirst().seq() <= nextSeq) {
            Waiting first = waiting.removeFirst();
            first.to().tell(first.reply());
        }
    }
}
