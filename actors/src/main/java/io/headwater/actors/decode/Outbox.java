/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.decode;

import io.headwater.actors.decode.DecodeWork.LoopFigures;
import io.headwater.actors.decode.DecoderReport.RequestEvents;
import io.headwater.actors.decode.DecoderReport.Told;
import io.headwater.model.decoding.DecodeEvent;
import io.headwater.model.decoding.DecodeEvent.BudgetChanged;
import io.headwater.model.decoding.DecodeEvent.Ended;
import io.headwater.model.decoding.DecodeEvent.Failed;
import io.headwater.model.decoding.DecodeEvent.Prefilled;
import io.headwater.model.decoding.DecodeEvent.Scored;
import io.headwater.model.decoding.DecodeEvent.Token;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one gateway has still to hear, and what it has been sent but has not confirmed. At most {@link #WINDOW} reports are under way: behind
 * a slow gateway events gather here, at most as many as its requests have tokens, and go out together. Owned by the decoder.
 */
final class Outbox {
    static final int WINDOW = 16;

    /** Bytes of a report, roughly: well below the largest frame of the transport. */
    private static final int MOST_BYTES = 200_000;

    private final long epoch;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private final Deque<Told> unheard = new ArrayDeque<>();
    private long lastNumber;
    private long oldestSentNanos;

    Outbox(long epoch) {
        this.epoch = epoch;
    }

    /** Adds an event; of a prompt's progress only the newest counts. */
    void add(long request, DecodeEvent event) {
        @Nullable Waiting last = waiting.peekLast();
        if (event instanceof Prefilled
                && last != null
                && last.request() == request
                && last.event() instanceof Prefilled) {
            waiting.removeLast();
        }
        waiting.addLast(new Waiting(request, event));
    }

    /** The next report if there is something to tell and room in the window. */
    @Nullable
    Told next(LoopFigures figures, long nowNanos) {
        if (waiting.isEmpty() || unheard.size() >= WINDOW) {
            return null;
        }
        Map<Long, List<DecodeEvent>> byRequest = new LinkedHashMap<>();
        for (int bytes = 0; !waiting.isEmpty() && bytes < MOST_BYTES; ) {
            Waiting one = waiting.removeFirst();
            byRequest.computeIfAbsent(one.request(), _ -> new ArrayList<>()).add(one.event());
            bytes += bytes(one.event());
        }
        List<RequestEvents> requests = new ArrayList<>();
        byRequest.forEach((request, events) -> requests.add(new RequestEvents(request, events)));
        Told told = new Told(epoch, ++lastNumber, requests, figures);
        if (unheard.isEmpty()) {
            oldestSentNanos = nowNanos;
        }
        unheard.addLast(told);
        return told;
    }

    /** Forgets what the gateway has heard; returns those reports. */
    List<Told> heard(long number, long nowNanos) {
        List<Told> gone = new ArrayList<>();
        while (!unheard.isEmpty() && unheard.getFirst().number() <= number) {
            gone.add(unheard.removeFirst());
            oldestSentNanos = nowNanos;
        }
        return gone;
    }

    /** All that has not been confirmed for so long, to be sent again. */
    List<Told> overdue(long nowNanos, long patienceNanos) {
        if (unheard.isEmpty() || nowNanos - oldestSentNanos < patienceNanos) {
            return List.of();
        }
        oldestSentNanos = nowNanos;
        return List.copyOf(unheard);
    }

    private static int bytes(DecodeEvent event) {
        return switch (event) {
            case Prefilled _, BudgetChanged _ -> 16;
            case Token token ->
                32
                        + 3 * token.text().length()
                        + (token.logProbability() == null
                                ? 0
                                : 48 * token.logProbability().top().size());
            case Scored scored -> 32 + 9 * scored.logProbabilities().size();
            case Ended ended ->
                128 + 3 * ended.text().length() + 48 * ended.best().size();
            case Failed failed -> 64 + 3 * failed.message().length();
        };
    }

    private record Waiting(long request, DecodeEvent event) {}
}
