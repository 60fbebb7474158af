/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.stream;

import io.headwater.sessions.log.LogReader;
import io.headwater.sessions.log.SessionEvent.Told;
import io.headwater.sessions.log.SessionEvent.TurnEnded;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.NotUsed;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Source;

/**
 * What one subscriber is told: every event of a session after an offset, once, in order; first from the log, then live. It asks for the next page only when
 * the last one has been taken, so a slow subscriber holds one page and slows nobody.
 */
public final class TokenStream {
    /** Events of a page: a page becomes one write. */
    private static final int PAGE = 128;

    private static final int FIRST_SECONDS = 5;

    private final SessionFeed feed;
    private final LogReader reader;
    private final boolean oneTurn;

    private TokenStream(SessionFeed feed, LogReader reader, boolean oneTurn) {
        this.feed = feed;
        this.reader = reader;
        this.oneTurn = oneTurn;
    }

    /** Pages of events after an offset (-1: all), until the session's feed closes. */
    public static Source<List<Told>, NotUsed> after(SessionFeed feed, LogReader reader, int after) {
        return new TokenStream(feed, reader, false).from(after);
    }

    /** The same, to the end of the turn. */
    public static Source<List<Told>, NotUsed> ofTurn(SessionFeed feed, LogReader reader, int after) {
        return new TokenStream(feed, reader, true).from(after);
    }

    /** The first event after an offset of a feed that has just begun; empty if there is none for some seconds. */
    public static CompletionStage<Optional<Told>> first(SessionFeed feed, int after) {
        SessionFeed.Subscriber subscriber = feed.attach();
        return first(feed, subscriber, after).whenComplete((_, _) -> feed.detach(subscriber));
    }

    private static CompletionStage<Optional<Told>> first(
            SessionFeed feed, SessionFeed.Subscriber subscriber, int after) {
        return switch (feed.look(subscriber, after, 1)) {
            case SessionFeed.Look.Events page ->
                CompletableFuture.completedFuture(Optional.of(page.events().getFirst()));
            case SessionFeed.Look.Wait wait ->
                wait.more()
                        .toCompletableFuture()
                        .copy()
                        .completeOnTimeout(null, FIRST_SECONDS, TimeUnit.SECONDS)
                        .thenApply(_ -> feed.look(subscriber, after, 1) instanceof SessionFeed.Look.Events page
                                ? Optional.of(page.events().getFirst())
                                : Optional.empty());
            case SessionFeed.Look.InLog _, SessionFeed.Look.Over _ ->
                CompletableFuture.completedFuture(Optional.empty());
        };
    }

    private Source<List<Told>, NotUsed> from(int after) {
        return Source.lazySource(() -> {
                    SessionFeed.Subscriber subscriber = feed.attach();
                    return Source.unfoldAsync(new Place(after, false), place -> next(subscriber, place))
                            .watchTermination((mat, done) -> {
                                var _ = done.whenComplete((_, _) -> feed.detach(subscriber));
                                return mat;
                            });
                })
                .mapMaterializedValue(_ -> NotUsed.getInstance());
    }

    private CompletionStage<Optional<Pair<Place, List<Told>>>> next(SessionFeed.Subscriber subscriber, Place place) {
        if (place.over()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return switch (feed.look(subscriber, place.after(), PAGE)) {
            case SessionFeed.Look.Events page -> CompletableFuture.completedFuture(page(place, page.events()));
            case SessionFeed.Look.InLog _ ->
                reader.told(feed.session(), place.after(), PAGE).thenApply(events -> page(place, events));
            case SessionFeed.Look.Wait wait -> wait.more().thenComposeAsync(_ -> next(subscriber, place));
            case SessionFeed.Look.Over _ -> CompletableFuture.completedFuture(Optional.empty());
        };
    }

    private Optional<Pair<Place, List<Told>>> page(Place place, List<Told> events) {
        if (events.isEmpty() || events.getFirst().offset() != place.after() + 1) {
            throw new IllegalStateException("session " + feed.session() + ": the log does not have what follows offset "
                    + place.after() + "; it was deleted, or the log is damaged");
        }
        List<Told> page = oneTurn ? upToTurnEnd(events) : events;
        Told last = page.getLast();
        return Optional.of(Pair.create(new Place(last.offset(), oneTurn && last instanceof TurnEnded), page));
    }

    private static List<Told> upToTurnEnd(List<Told> events) {
        for (int i = 0; i < events.size(); i++) {
            if (events.get(i) instanceof TurnEnded) {
                return events.subList(0, i + 1);
            }
        }
        return events;
    }

    private record Place(int after, boolean over) {}
}
