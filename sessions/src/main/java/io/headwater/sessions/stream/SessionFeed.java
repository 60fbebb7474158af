/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.stream;

import io.headwater.sessions.log.SessionEvent.Told;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.IntConsumer;

/**
 * The newest told events of one session, and word that there are more. The session's actor publishes what has been committed; subscribers of any number
 * and speed look. It holds at most {@value #KEPT} events: whoever is further behind reads the log.
 */
public final class SessionFeed {
    static final int KEPT = 256;

    private final String session;
    private final IntConsumer watched;
    private final Deque<Told> newest = new ArrayDeque<>();
    private CompletableFuture<Void> more = new CompletableFuture<>();
    private int end;
    private int subscribers;
    private boolean over;

    /**
     * A feed.
     *
     * @param end offset of the next event to come: what is before it is in the log
     * @param watched hears the number of subscribers whenever it changes, on a subscriber's thread
     */
    public SessionFeed(String session, int end, IntConsumer watched) {
        this.session = session;
        this.end = end;
        this.watched = watched;
    }

    public String session() {
        return session;
    }

    /** What a subscriber does next. */
    sealed interface Look {
        /** These come next. */
        record Events(List<Told> events) implements Look {}

        /** What comes next is in the log only. */
        record InLog() implements Look {}

        /** There is nothing yet: look again when this completes. */
        record Wait(CompletionStage<Void> more) implements Look {}

        /** Nothing more will come. */
        record Over() implements Look {}
    }

    /** Events that are in the log now, following those before without a gap. */
    public void publish(List<? extends Told> events) {
        CompletableFuture<Void> woken;
        synchronized (this) {
            for (Told event : events) {
                if (event.offset() != end) {
                    throw new IllegalStateException(
                            "session " + session + " tells offset " + event.offset() + ", but " + end + " is next");
                }
                newest.addLast(event);
                end++;
            }
            while (newest.size() > KEPT) {
                newest.removeFirst();
            }
            woken = more;
            more = new CompletableFuture<>();
        }
        woken.complete(null);
    }

    /** Nothing more will be published: subscribers end when they have read all. */
    public void close() {
        CompletableFuture<Void> woken;
        synchronized (this) {
            over = true;
            woken = more;
        }
        woken.complete(null);
    }

    /** Offset of the next event to come. */
    public synchronized int end() {
        return end;
    }

    synchronized Look look(int after, int most) {
        int next = after + 1;
        if (next >= end) {
            return over ? new Look.Over() : new Look.Wait(more);
        }
        if (next < end - newest.size()) {
            return new Look.InLog();
        }
        List<Told> events = new ArrayList<>();
        for (Told event : newest) {
            if (event.offset() >= next && events.size() < most) {
                events.add(event);
            }
        }
        return new Look.Events(events);
    }

    void attach() {
        change(1);
    }

    void detach() {
        change(-1);
    }

    private void change(int by) {
        int now;
        synchronized (this) {
            subscribers += by;
            now = subscribers;
        }
        watched.accept(now);
    }
}
