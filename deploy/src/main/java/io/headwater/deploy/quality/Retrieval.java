/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.quality;

import io.headwater.deploy.decode.LoadedModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tries cases: an answer is right if every one of its tokens is the greedy one. */
final class Retrieval {
    private final LoadedModel model;
    private final ForkedText forks;
    private final int variants;
    private final QuestionForm form;

    Retrieval(LoadedModel model, ForkedText forks, int variants, QuestionForm form) {
        this.model = model;
        this.forks = forks;
        this.variants = variants;
        this.form = form;
    }

    /** Whether each variant's answer is right; null where the policy protects more entries than it may keep. */
    List<@Nullable Boolean> answers(RetrievalCase asked) {
        int[] prompt = model.promptTokens(asked.prompt());
        int[] answer = model.tokenizer().encode(asked.answer(), false);
        int[] tokens = Arrays.copyOf(prompt, prompt.length + answer.length);
        System.arraycopy(answer, 0, tokens, prompt.length, answer.length);
        model.checkPrompt(tokens);
        @Nullable Boolean[] right = new Boolean[variants];
        forks.read(tokens, compressed(asked, prompt), prompt.length, (variant, position, row) -> {
            boolean sofar = right[variant] == null || right[variant];
            right[variant] = sofar && row.topToken(0) == tokens[position];
        });
        return new ArrayList<>(Arrays.asList(right));
    }

    /** How many of the prompt's tokens are compressed: all, or those that the context alone has too. */
    private int compressed(RetrievalCase asked, int[] prompt) {
        return switch (form) {
            case INSIDE -> prompt.length;
            case AFTER -> {
                int[] context = model.promptTokens(asked.prompt().substring(0, asked.question()));
                int same = Arrays.mismatch(prompt, context);
                yield Math.max(1, same < 0 ? prompt.length : same);
            }
        };
    }
}
