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

/**
 * One session's way into the log. One batch at a time is with the writer; what comes meanwhile waits for the next, so decoding never waits for a commit.
 * Only what is committed is told. Owned by its session.
 */
final class Journal {
    private final String session;
    private final LogWriter writer;
    private final SessionFeed feed;
    private final List<SessionEvent> pending = new ArrayList<>();
    private final Deque<WhenCommitted> actions = new ArrayDeque<>();
    private List<SessionEvent> writing = List.of();
    private int nextSeq;

    /** {@code nextSeq}: of the first event that is not in the log yet. */
    Journal(String session, LogWriter writer, SessionFeed feed, int nextSeq) {
        this.session = session;
        this.writer = writer;
        this.feed = feed;
        this.nextSeq = nextSeq;
    }

    private record WhenCommitted(int seq, Runnable action) {}

    /** It has happened; {@link #flush} hands it in. */
    void add(SessionEvent event) {
        pending.add(event);
    }

    /** Runs when all that has been added is committed, on the session's thread; now if it is already. */
    void whenCommitted(Runnable action) {
        if (idle()) {
            action.run();
        } else {
            actions.add(new WhenCommitted(nextSeq + writing.size() + pending.size(), action));
        }
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
        while (!actions.isEmpty() && actions.getFirst().seq() <= nextSeq) {
            actions.removeFirst().action().run();
        }
    }
}
