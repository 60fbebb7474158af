/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.decoding.DecodeEvent.Ended;
import io.headwater.model.decoding.DecodeEvent.Failed;
import io.headwater.model.decoding.DecodeEvent.Failure;
import io.headwater.model.decoding.DecodeEvent.SequenceFigures;
import io.headwater.model.engine.EngineStatistics;
import io.headwater.model.engine.StepEngine;
import io.headwater.model.generation.FinishReason;
import io.headwater.model.generation.Turn;
import io.headwater.model.kvcache.Rebasing;
import io.headwater.model.tokenizer.Tokenizer;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One request from its start to its end. Owned by the decode loop. */
final class Request {
    private DecodeRequest asked;
    private final DecodeListener listener;
    private boolean cancelled;
    private boolean released;
    private long waitsSinceNanos;
    private @Nullable EngineStatistics before;

    Request(DecodeRequest asked, DecodeListener listener) {
        this.asked = asked;
        this.listener = listener;
    }

    long session() {
        return asked.session();
    }

    DecodeRequest asked() {
        return asked;
    }

    /** It waits from now on. */
    void waits(long nowNanos) {
        waitsSinceNanos = nowNanos;
    }

    long waitsSinceNanos() {
        return waitsSinceNanos;
    }

    /** It goes on later, with what has been told. */
    void resume(DecodeRequest now) {
        asked = now;
    }

    /** It is at work; {@code now}: the engine's figures. */
    void begins(EngineStatistics now) {
        before = before == null ? now : before;
    }

    /** The engine's figures when it began for the first time. */
    EngineStatistics before() {
        return Objects.requireNonNull(before);
    }

    /** It was cancelled while it waited: it hears what text was held back of an answer that had begun. */
    void tellCancelled(Tokenizer tokenizer) {
        String heldBack = asked instanceof DecodeRequest.Generate generate ? heldBack(generate, tokenizer) : "";
        tell(new Ended(FinishReason.CANCELLED, heldBack, List.of(), SequenceFigures.NONE));
    }

    private static String heldBack(DecodeRequest.Generate generate, Tokenizer tokenizer) {
        Turn turn = new Turn(generate.turn(), tokenizer);
        for (int i = generate.log().size() - generate.answered();
                i < generate.log().size() && !turn.finished();
                i++) {
            String _ = turn.accept(generate.log().get(i));
        }
        return turn.finished() ? "" : turn.finish(FinishReason.CANCELLED);
    }

    void cancel() {
        cancelled = true;
    }

    boolean cancelled() {
        return cancelled;
    }

    /** Its cache is not wanted any more when it ends. */
    void release() {
        released = true;
    }

    boolean released() {
        return released;
    }

    void tell(DecodeEvent event) {
        listener.on(event);
    }

    void fail(Failure failure, String message) {
        listener.on(new Failed(failure, message));
    }

    /**
     * Begins the work where the cache is.
     *
     * @throws IllegalArgumentException if the request cannot be done
     */
    Work begin(SessionCache cache, StepEngine engine, Tokenizer tokenizer) {
        return switch (asked) {
            case DecodeRequest.Generate generate ->
                new Answering(generate, listener, cache, tokenizer, engine.vocabSize(), engine.contextLength());
            case DecodeRequest.Score score -> new Scoring(score, listener, cache, engine.vocabSize());
        };
    }

    /**
     * Where its cache changes shape.
     *
     * @throws IllegalArgumentException if its turns do not follow each other
     */
    ChangePoints changePoints(int contextLength) {
        Rebasing rebasing = Rebasing.of(asked.kv(), contextLength);
        return switch (asked) {
            case DecodeRequest.Generate generate ->
                new ChangePoints(
                        generate.kv(), rebasing, generate.past(), generate.log().size() - generate.answered());
            case DecodeRequest.Score score -> new ChangePoints(score.kv(), rebasing, List.of(), score.prompt());
        };
    }

    /**
     * What the log knows of budgets; a text that is scored has no log for others.
     *
     * @throws IllegalArgumentException if that is not possible
     */
    BudgetLog budgets() {
        return switch (asked) {
            case DecodeRequest.Generate generate ->
                new BudgetLog(generate.kv(), generate.budgets(), unsettledFrom(generate), listener);
            case DecodeRequest.Score score -> new BudgetLog(score.kv(), List.of(), ChangePoints.NEVER, listener);
        };
    }

    /** Token n was chosen when n had been read: a change there or later has not influenced it. */
    private static int unsettledFrom(DecodeRequest.Generate generate) {
        if (generate.answered() > 0) {
            return generate.log().size() - 1;
        }
        return generate.past().isEmpty() ? 0 : generate.past().getLast().end() - 1;
    }

    /** The most tokens that a cache may hold already: at least one row must still be read. */
    int mostCached() {
        return switch (asked) {
            case DecodeRequest.Generate generate -> generate.log().size() - 1;
            case DecodeRequest.Score score -> Math.min(score.from(), Scoring.rows(score)) - 1;
        };
    }

    /** Tokens that its log will have at most, or, without end, for the time being. */
    int room(int contextLength) {
        return switch (asked) {
            case DecodeRequest.Generate generate ->
                (int) Math.min(
                        Math.max(generate.log().size(), contextLength) + 1L,
                        generate.log().size() + (long) generate.turn().maxTokens());
            case DecodeRequest.Score score -> score.log().size();
        };
    }
}
