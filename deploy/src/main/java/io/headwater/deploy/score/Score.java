/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.score;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.headwater.deploy.decode.LoadedModel;
import io.headwater.model.engine.Sequence;
import io.headwater.model.sampling.LogProbabilities;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The object of {@code score --json}.
 *
 * @param logprobs one per token, null for the first: nothing is before it
 * @param top the {@link #TOP} best tokens after the last, as pairs of token and raw logit
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
record Score(List<Integer> tokens, List<@Nullable Double> logprobs, List<List<Number>> top) {
    static final int TOP = 20;

    Score {
        tokens = List.copyOf(tokens);
        logprobs = Collections.unmodifiableList(new ArrayList<>(logprobs)); // List.copyOf takes no null
        top = List.copyOf(top);
    }

    static Score of(LoadedModel model, TextScorer scorer, int[] ids) {
        List<@Nullable Double> logprobs = new ArrayList<>();
        logprobs.add(null);
        try (Sequence sequence = model.engines().open()) {
            scorer.score(sequence, ids, 0, ids.length, (_, logprob) -> logprobs.add(logprob));
        }
        return new Score(Arrays.stream(ids).boxed().toList(), logprobs, top(scorer.last()));
    }

    private static List<List<Number>> top(LogProbabilities last) {
        List<List<Number>> top = new ArrayList<>();
        for (int rank = 0; rank < last.topCount(); rank++) {
            top.add(List.of(last.topToken(rank), last.topLogit(rank)));
        }
        return top;
    }
}
