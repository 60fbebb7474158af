/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.score;

import io.headwater.deploy.decode.LoadedModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/** Two ways through a long text; {@code window} tokens at a time. */
final class Windows {
    private final LoadedModel model;
    private final TextScorer scorer;
    private final int window;

    Windows(LoadedModel model, TextScorer scorer, int window) {
        this.model = model;
        this.scorer = scorer;
        this.window = window;
    }

    /**
     * As llama.cpp's tool: windows without overlap, each from an empty cache; of each the tokens at {@code window/2 + 1 … window − 1} are
     * scored. A model that wants BOS gets it in place of each window's first token.
     */
    List<Likelihood> apart(int[] tokens, int windows) {
        List<Likelihood> all = new ArrayList<>();
        for (int k = 0; k < windows; k++) {
            all.add(secondHalf(part(model, tokens, window, k)));
        }
        return all;
    }

    /** A window's tokens. */
    static int[] part(LoadedModel model, int[] tokens, int window, int number) {
        int[] part = Arrays.copyOfRange(tokens, number * window, (number + 1) * window);
        OptionalInt bos = model.tokenizer().bos();
        if (model.tokenizer().addBos() && bos.isPresent()) {
            part[0] = bos.getAsInt();
        }
        return part;
    }

    private Likelihood secondHalf(int[] tokens) {
        Likelihood likelihood = new Likelihood();
        scorer.score(tokens, window / 2 + 1).forEach(likelihood::add);
        return likelihood;
    }

    /** The whole text in one session: every token but the first is scored; the k-th likelihood is that of the k-th stretch. */
    List<Likelihood> stream(int[] tokens) {
        List<Likelihood> all = new ArrayList<>();
        for (int at = 0; at < tokens.length; at += window) {
            all.add(new Likelihood());
        }
        int position = 1;
        for (double logprob : scorer.score(tokens, 1)) {
            all.get(position++ / window).add(logprob);
        }
        return all;
    }
}
