/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.decoding.DecodeEvent.Ended;
import io.headwater.model.decoding.DecodeEvent.Prefilled;
import io.headwater.model.decoding.DecodeEvent.SequenceFigures;
import io.headwater.model.decoding.DecodeEvent.Token;
import io.headwater.model.engine.StepBatch;
import io.headwater.model.generation.FinishReason;
import io.headwater.model.generation.Turn;
import io.headwater.model.generation.TurnOptions;
import io.headwater.model.sampling.Sampler;
import io.headwater.model.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An answer: reads the log, then chooses token after token. What had been told before the request was handed in goes through the turn and
 * the counts again, silently, so text and stop strings go on as if nothing had happened. A chosen token is in the log at once and in the cache
 * with the next step.
 */
final class Answering implements Work {
    private final DecodeRequest.Generate request;
    private final DecodeListener listener;
    private final SessionCache cache;
    private final TokenLog log;
    private final int contextLength;
    private final Turn turn;
    private final Sampler sampler;
    private boolean reading = true;
    private String heldBack = "";

    /**
     * Replays what has been told.
     *
     * @throws IllegalArgumentException if the request cannot have come so far, or names a token that is not there
     */
    Answering(
            DecodeRequest.Generate request,
            DecodeListener listener,
            SessionCache cache,
            Tokenizer tokenizer,
            int vocabSize,
            int contextLength) {
        this.request = request;
        this.listener = listener;
        this.cache = cache;
        this.log = cache.log();
        this.contextLength = contextLength;
        this.turn = new Turn(request.turn(), tokenizer);
        this.sampler = new Sampler(request.sampling(), request.seed(), vocabSize);
        replay();
    }

    private void replay() {
        int prompt = log.size() - request.answered();
        for (int i = 0; i < prompt; i++) {
            sampler.counts().prompt(log.get(i));
        }
        for (int i = prompt; i < log.size(); i++) {
            if (turn.finished()) {
                throw new IllegalArgumentException("the answer ended after " + turn.tokens() + " tokens, but "
                        + request.answered() + " are said to belong to it: hand in the log as it was told");
            }
            sampler.counts().sampled(log.get(i));
            String _ = turn.accept(log.get(i));
        }
        if (request.answered() > 0) {
            endAtFullContext();
        }
    }

    @Override
    public SessionCache cache() {
        return cache;
    }

    @Override
    public boolean decoding() {
        return !reading && !cache.repeats();
    }

    @Override
    public int add(StepBatch step, int most) {
        int repeated = cache.addRepeated(step, most);
        if (repeated > 0) {
            return repeated;
        }
        if (cache.stagesDue()) {
            return cache.addStaged(step, most, log.size() - 1);
        }
        int from = cache.position();
        int to = Math.min(log.size(), from + Math.min(most, step.room()));
        boolean last = to == log.size();
        if (last && step.logitsRoom() == 0) {
            to--;
            last = false;
        }
        if (to <= from) {
            return 0;
        }
        int end = cache.runEnd();
        if (to > end) {
            to = end;
            last = false;
        }
        step.add(cache.sequence(), log.array(), from, to, last ? 1 : 0);
        if (to == cache.nextChange()) {
            step.changeAfterLast();
        }
        return to - from;
    }

    @Override
    public void take(StepBatch step, int run, LogitRows logits) {
        if (reading) {
            listener.on(new Prefilled(cache.position(), log.size()));
        }
        if (step.wantedOf(run) == 0) {
            return;
        }
        reading = false;
        choose(logits.row(step.firstWanted(run)));
    }

    private void choose(float[] logits) {
        int token = sampler.sample(logits, log.size());
        sampler.counts().sampled(token);
        log.add(token);
        DecodeEvent.@Nullable TokenLogProbability logProbability =
                request.sampling().logprobs() == 0 ? null : BestTokens.of(token, sampler.logProbabilities());
        String text = turn.accept(token);
        listener.on(new Token(turn.tokens() - 1, token, text, logProbability));
        endAtFullContext();
    }

    /** A full cache ends with the context; with any other an answer without a limit is no longer than a context. */
    private void endAtFullContext() {
        boolean full = request.kv().full()
                ? log.size() > contextLength
                : request.turn().maxTokens() == TurnOptions.UNLIMITED && turn.tokens() >= contextLength;
        if (!turn.finished() && full) {
            heldBack = turn.finish(FinishReason.LENGTH);
        }
    }

    @Override
    public DecodeRequest resumed() {
        int[] tokens = Arrays.copyOfRange(log.array(), request.log().size(), log.size());
        return request.told(tokens).withBudgets(cache.budgets());
    }

    @Override
    public boolean over() {
        return turn.finished();
    }

    @Override
    public void cancel() {
        heldBack = turn.finish(FinishReason.CANCELLED);
    }

    @Override
    public boolean keeps() {
        return request.keep();
    }

    @Override
    public Ended ended(SequenceFigures figures) {
        return new Ended(turn.finishReason().orElseThrow(), heldBack, List.of(), figures);
    }
}
