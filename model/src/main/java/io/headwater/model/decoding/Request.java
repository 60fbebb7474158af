/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.decoding.DecodeEvent.Failed;
import io.headwater.model.decoding.DecodeEvent.Failure;
import io.headwater.model.engine.StepEngine;
import io.headwater.model.generation.TurnOptions;
import io.headwater.model.kvcache.Rebasing;
import io.headwater.model.tokenizer.Tokenizer;
import java.util.List;

/** One request from its start to its end. Owned by the decode loop. */
final class Request {
    private DecodeRequest asked;
    private final DecodeListener listener;
    private boolean cancelled;
    private boolean released;
    private int beginsWith;

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

    /** Whether somebody keeps a log in which another budget can be written: texts that are scored have none. */
    boolean logged() {
        return asked instanceof DecodeRequest.Generate;
    }

    /** It waits again, with what has been told. */
    void resume(DecodeRequest now) {
        asked = now;
    }

    /** The budget that its log ends with; 0 for a full cache. */
    int budget() {
        return switch (asked) {
            case DecodeRequest.Generate generate
            when !generate.budgets().isEmpty() -> generate.budgets().getLast().budget();
            case DecodeRequest.Generate _, DecodeRequest.Score _ -> asked.kv().budget();
        };
    }

    /** There is room for it with this budget. */
    void beginsWith(int budget) {
        beginsWith = budget;
    }

    /** Its cache, as it begins, has another budget if there was no room for its own. */
    void begun(SessionCache cache) {
        if (beginsWith > 0 && beginsWith < cache.budget()) {
            cache.beginWith(beginsWith);
        }
        beginsWith = 0;
    }

    /** What is before it, when a cache has read so many tokens. */
    KvNeed.Ahead ahead(int read, int contextLength) {
        return switch (asked) {
            case DecodeRequest.Generate generate ->
                new KvNeed.Ahead(
                        Math.max(1, generate.log().size() - read),
                        generate.turn().maxTokens() == TurnOptions.UNLIMITED
                                ? contextLength
                                : Math.max(0, generate.turn().maxTokens() - generate.answered()));
            case DecodeRequest.Score score -> new KvNeed.Ahead(Math.max(1, Scoring.rows(score) - read), 0);
        };
    }

    /** Where an empty cache of it changes first. */
    int firstChange(int contextLength) {
        try {
            return changePoints(contextLength).next(0, 0);
        } catch (IllegalArgumentException e) {
            return 0; // it will be refused for that
        }
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
     * What the log knows of budgets.
     *
     * @throws IllegalArgumentException if that is not possible
     */
    BudgetLog budgets() {
        return switch (asked) {
            case DecodeRequest.Generate generate -> new BudgetLog(generate.kv(), generate.budgets());
            case DecodeRequest.Score score -> new BudgetLog(score.kv(), List.of());
        };
    }

    /** The first position from which budgets that the log does not know have influenced nothing in it. */
    int unsettledFrom() {
        return switch (asked) {
            case DecodeRequest.Generate generate
            when generate.answered() > 0 -> generate.log().size() - 1;
            case DecodeRequest.Generate generate
            when !generate.past().isEmpty() -> generate.past().getLast().end() - 1;
            case DecodeRequest.Generate _, DecodeRequest.Score _ -> 0;
        };
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
