/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.score;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.headwater.deploy.decode.AskedScore;
import io.headwater.deploy.decode.LoadedModel;
import io.headwater.deploy.decode.PrefillListener;
import io.headwater.model.decoding.DecodeEvent.Candidate;
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

    /** Asks for a score, the whole text's. */
    static AskedScore ask(LoadedModel model, int[] ids, PrefillListener progress) {
        return TextScorer.ask(model, ids, 1, Math.min(TOP, model.config().vocabSize()), progress);
    }

    /** What was asked for, when it is over. */
    static Score of(int[] ids, AskedScore asked) {
        List<@Nullable Double> logprobs = new ArrayList<>();
        logprobs.add(null);
        logprobs.addAll(asked.logProbabilities());
        List<List<Number>> top = new ArrayList<>();
        for (Candidate best : asked.best()) {
            top.add(List.of(best.token(), best.logit()));
        }
        return new Score(Arrays.stream(ids).boxed().toList(), logprobs, top);
    }
}
