/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.engine.StepEngine;
import io.headwater.model.kvcache.KvOptions;

/** Whether a request can be done at all. */
final class RequestCheck {
    private final StepEngine engine;
    private final int vocabSize;
    private final int contextLength;

    RequestCheck(StepEngine engine) {
        this.engine = engine;
        this.vocabSize = engine.vocabSize();
        this.contextLength = engine.contextLength();
    }

    /** What is wrong with a request, or an empty string. */
    String problem(DecodeRequest request) {
        TokenIds log = request.log();
        for (int i = 0; i < log.size(); i++) {
            if (log.get(i) < 0 || log.get(i) >= vocabSize) {
                return "token " + log.get(i) + " is not in the vocabulary: give ids from 0 to " + (vocabSize - 1);
            }
        }
        String unfit = engine.unfit(request.kv());
        if (!unfit.isEmpty()) {
            return unfit;
        }
        return switch (request) {
            case DecodeRequest.Generate generate -> {
                String problem = tooLong(generate.kv(), log.size() - Math.min(1, generate.answered()));
                yield problem.isEmpty() ? endless(generate.kv(), last(generate)) : problem;
            }
            case DecodeRequest.Score score -> score(score);
        };
    }

    private String score(DecodeRequest.Score score) {
        int rows = Scoring.rows(score);
        if (score.from() < 1 || score.from() > score.log().size() || rows < 1) {
            return "nothing to score from token " + score.from() + " of "
                    + score.log().size() + ": give a text that goes on after it";
        }
        if (score.top() < 0 || score.top() > vocabSize || score.stepRows() < 1) {
            return "top=" + score.top() + " stepRows=" + score.stepRows() + ": give at most the " + vocabSize
                    + " tokens of the vocabulary, and at least 1 row";
        }
        if (score.kv().policy().stages().isPresent() && (score.from() < score.prompt() || rows < score.prompt())) {
            return "the tokens of a prompt that is read by stages cannot be scored: of most of them the last layers know"
                    + " nothing; give stages=off, or score what comes after the prompt";
        }
        String problem = tooLong(score.kv(), rows);
        return problem.isEmpty() ? endless(score.kv(), rows) : problem;
    }

    /** Tokens that the cache will have seen at most. */
    private static long last(DecodeRequest.Generate generate) {
        return (long) generate.log().size()
                - generate.answered()
                + generate.turn().maxTokens()
                - 1;
    }

    private String endless(KvOptions kv, long tokens) {
        return tokens < contextLength ? "" : kv.endsWith(contextLength);
    }

    /** A compressed cache is re-based where the context ends. */
    private String tooLong(KvOptions kv, int rows) {
        return rows <= contextLength || !kv.full()
                ? ""
                : "the text has " + rows + " tokens, the context " + contextLength
                        + ": shorten it, raise --context, or give a --kv-policy, with which there is no end";
    }
}
