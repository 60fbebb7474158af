/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.decoding.DecodeEvent.Candidate;
import io.headwater.model.decoding.DecodeEvent.Ended;
import io.headwater.model.decoding.DecodeEvent.Prefilled;
import io.headwater.model.decoding.DecodeEvent.Scored;
import io.headwater.model.decoding.DecodeEvent.SequenceFigures;
import io.headwater.model.engine.StepBatch;
import io.headwater.model.generation.FinishReason;
import io.headwater.model.sampling.LogProbabilities;
import java.util.ArrayList;
import java.util.List;

/** A text whose tokens are given: tells how probable each was. The last token is read only where the best ones after it are asked for. */
final class Scoring implements Work {
    private final DecodeRequest.Score request;
    private final DecodeListener listener;
    private final SessionCache cache;
    private final TokenLog log;
    private final LogProbabilities row;
    private final int end;
    private List<Candidate> best = List.of();
    private boolean cancelled;

    Scoring(DecodeRequest.Score request, DecodeListener listener, SessionCache cache, int vocabSize) {
        this.request = request;
        this.listener = listener;
        this.cache = cache;
        this.log = cache.log();
        this.row = new LogProbabilities(vocabSize, request.top());
        this.end = rows(request);
    }

    /** How many of the log's tokens must be read. */
    static int rows(DecodeRequest.Score request) {
        return request.top() > 0 ? request.log().size() : request.log().size() - 1;
    }

    @Override
    public SessionCache cache() {
        return cache;
    }

    @Override
    public boolean decoding() {
        return false;
    }

    @Override
    public int add(StepBatch step, int most) {
        int repeated = cache.addRepeated(step, Math.min(most, request.stepRows()));
        if (repeated > 0) {
            return repeated;
        }
        if (cache.stagesDue()) {
            return cache.addStaged(step, Math.min(most, request.stepRows()), request.from() - 1);
        }
        int from = cache.position();
        int rows = Math.min(Math.min(most, step.room()), request.stepRows());
        int firstWanted = Math.max(from, request.from() - 1);
        int to = Math.min(Math.min(Math.min(end, cache.runEnd()), from + rows), firstWanted + step.logitsRoom());
        if (to <= from) {
            return 0;
        }
        step.add(cache.sequence(), log.array(), from, to, Math.max(0, to - firstWanted));
        if (to == cache.nextChange()) {
            step.changeAfterLast();
        }
        return to - from;
    }

    @Override
    public void take(StepBatch step, int run, LogitRows logits) {
        int wanted = step.wantedOf(run);
        int first = cache.position() - wanted;
        List<Double> scores = new ArrayList<>(wanted);
        for (int i = 0; i < wanted; i++) {
            row.row(logits.row(step.firstWanted(run) + i), first + i);
            if (first + i + 1 < log.size()) {
                scores.add(row.of(log.get(first + i + 1)));
            }
        }
        if (over() && request.top() > 0) {
            best = BestTokens.top(row);
        }
        listener.on(new Prefilled(cache.position(), end));
        if (!scores.isEmpty()) {
            listener.on(new Scored(first + 1, scores));
        }
    }

    @Override
    public DecodeRequest resumed() {
        return request.withFrom(Math.min(log.size(), Math.max(request.from(), cache.position() + 1)));
    }

    @Override
    public boolean over() {
        return cancelled || cache.position() == end;
    }

    @Override
    public void cancel() {
        cancelled = true;
    }

    @Override
    public boolean keeps() {
        return false;
    }

    @Override
    public Ended ended(SequenceFigures figures) {
        return new Ended(cancelled ? FinishReason.CANCELLED : FinishReason.STOP, "", best, figures);
    }
}
