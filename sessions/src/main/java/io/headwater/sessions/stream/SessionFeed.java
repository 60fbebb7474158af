/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.stream;

import io.headwater.sessions.log.SessionEvent.Told;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The newest told events of one session, and word that there are more. The session's actor publishes what has been committed; subscribers of any number
 * and speed look, many of them less often ({@link Pace}). It holds at most {@value #KEPT} events: whoever is further behind reads the log.
 */
public final class SessionFeed {
    static final int KEPT = 256;

    private final String session;
    private final Runnable whenWatchedChanges;
    private final Pace pace;
    private final Deque<Told> newest = new ArrayDeque<>();
    private final Set<Subscriber> subscribers = new LinkedHashSet<>();
    private int end;
    /** Up to here subscribers see: what is published after it waits for the next wake-up. */
    private int shown;

    private long lastWakeNanos;
    private long quietNanos;
    private boolean wakeComes;
    private boolean over;
    private boolean deleted;

    /**
     * A feed.
     *
     * @param end offset of the next event to come: what is before it is in the log
     * @param whenWatchedChanges runs after a subscriber has come or gone, on the subscriber's thread; {@link #watched} then says how it is
     */
    public SessionFeed(String session, int end, Runnable whenWatchedChanges) {
        this(session, end, whenWatchedChanges, Pace.ofThisMachine());
    }

    SessionFeed(String session, int end, Runnable whenWatchedChanges, Pace pace) {
        this.session = session;
        this.end = end;
        this.shown = end;
        this.whenWatchedChanges = whenWatchedChanges;
        this.pace = pace;
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
        List<CompletableFuture<Void>> woken = List.of();
        long wait;
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
            if (wakeComes) {
                return;
            }
            wait = quietNanos - (pace.nanoClock().getAsLong() - lastWakeNanos);
            if (wait > 0) {
                wakeComes = true;
            } else {
                woken = woken();
            }
        }
        woken.forEach(each -> each.complete(null));
        if (wait > 0) {
            pace.later().run(this::wake, wait);
        }
    }

    private void wake() {
        List<CompletableFuture<Void>> woken;
        synchronized (this) {
            wakeComes = false;
            woken = woken();
        }
        woken.forEach(each -> each.complete(null));
    }

    /** The session is deleted: nothing more will be published, and what was is gone. */
    public void delete() {
        synchronized (this) {
            deleted = true;
        }
        close();
    }

    /** Whether a feed that tells nothing more has ended by the session's deletion. */
    public synchronized boolean deleted() {
        return deleted;
    }

    /** Nothing more will be published: subscribers end when they have read all. */
    public void close() {
        List<CompletableFuture<Void>> woken;
        synchronized (this) {
            over = true;
            woken = woken();
        }
        woken.forEach(each -> each.complete(null));
    }

    private List<CompletableFuture<Void>> woken() {
        List<CompletableFuture<Void>> woken = new ArrayList<>();
        for (Subscriber subscriber : subscribers) {
            if (subscriber.more != null) {
                woken.add(subscriber.more);
                subscriber.more = null;
            }
        }
        shown = end;
        lastWakeNanos = pace.nanoClock().getAsLong();
        quietNanos = woken.size() * pace.nanosPerSubscriber();
        return woken;
    }

    /** Offset of the next event to come. */
    public synchronized int end() {
        return end;
    }

    /** Whether anybody subscribes. */
    public synchronized boolean watched() {
        return !subscribers.isEmpty();
    }

    /** A new subscriber, which {@link #detach} must follow. */
    Subscriber attach() {
        Subscriber subscriber = new Subscriber();
        synchronized (this) {
            subscribers.add(subscriber);
        }
        whenWatchedChanges.run();
        return subscriber;
    }

    /** It has gone: nothing of it is kept, also if it still waited. */
    void detach(Subscriber subscriber) {
        synchronized (this) {
            subscribers.remove(subscriber);
        }
        whenWatchedChanges.run();
    }

    /** What comes after an offset for one subscriber, at most so many events. */
    synchronized Look look(Subscriber subscriber, int after, int most) {
        int next = after + 1;
        if (next >= shown) {
            return over ? new Look.Over() : new Look.Wait(subscriber.waiting());
        }
        if (next < end - newest.size()) {
            return new Look.InLog();
        }
        List<Told> events = new ArrayList<>();
        for (Told event : newest) {
            if (event.offset() >= next && event.offset() < shown && events.size() < most) {
                events.add(event);
            }
        }
        return new Look.Events(events);
    }

    /** One who listens. What it waits for belongs to it, so that nothing is left of those who go while they wait. */
    static final class Subscriber {
        private @Nullable CompletableFuture<Void> more;

        private CompletableFuture<Void> waiting() {
            CompletableFuture<Void> now = more == null ? new CompletableFuture<>() : more;
            more = now;
            return now;
        }
    }
}
