/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.score;

import io.headwater.deploy.decode.AskedScore;
import io.headwater.deploy.decode.Cancellation;
import io.headwater.deploy.decode.LoadedModel;
import io.headwater.deploy.decode.PrefillListener;
import io.headwater.model.decoding.DecodeRequest;
import io.headwater.model.decoding.TokenIds;
import java.util.List;

/** Log-probabilities of given tokens, each given those before it, text after text. Owned by the command's thread. */
final class TextScorer {
    private final LoadedModel model;
    private final PrefillListener progress;
    private final Cancellation cancellation;
    /** Tokens of the texts before this one. */
    private int before;

    /** Tells how many tokens of all texts have been read. */
    TextScorer(LoadedModel model, PrefillListener progress, Cancellation cancellation) {
        this.model = model;
        this.progress = progress;
        this.cancellation = cancellation;
    }

    /**
     * Asks for the log-probabilities of tokens {@code [from, length)}, from ≥ 1, and the best {@code top} tokens after the last. A cache is
     * compressed before the row that gives the first of them, and then as if they had been decoded.
     */
    static AskedScore ask(LoadedModel model, int[] tokens, int from, int top, PrefillListener progress) {
        int prompt = Math.max(1, from - 1); // the row after it gives the first score
        var request = new DecodeRequest.Score(
                model.newSession(), TokenIds.of(tokens), from, top, Integer.MAX_VALUE, model.kv(), prompt);
        return AskedScore.of(model.client(), request, progress);
    }

    /**
     * Waits for the log-probabilities of tokens {@code [from, length)}.
     *
     * @throws java.util.concurrent.CancellationException if that is asked for
     */
    List<Double> score(int[] tokens, int from) {
        AskedScore asked = ask(model, tokens, from, 0, (done, total) -> progress.prefilled(before + done, total));
        model.await(asked, cancellation);
        before += tokens.length;
        return asked.logProbabilities();
    }
}
