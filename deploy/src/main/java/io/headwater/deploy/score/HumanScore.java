/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.score;

import io.headwater.deploy.cli.Console;
import io.headwater.deploy.decode.LoadedModel;
import io.headwater.deploy.decode.TokenText;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A score as a person reads it: a line per token, the sum, then what may follow. */
final class HumanScore {
    private HumanScore() {}

    static void print(Console console, LoadedModel model, Score score) {
        StringBuilder text = new StringBuilder("   token  log-probability\n");
        double sum = 0;
        for (int i = 0; i < score.tokens().size(); i++) {
            @Nullable Double logprob = score.logprobs().get(i);
            sum += logprob == null ? 0 : logprob;
            int token = score.tokens().get(i);
            String value = logprob == null ? "" : String.format(Locale.ROOT, "%.4f", logprob);
            text.append(String.format(
                    Locale.ROOT, "%8d  %15s  %s%n", token, value, TokenText.shown(model.tokenizer(), token)));
        }
        int scored = score.tokens().size() - 1;
        text.append(String.format(
                Locale.ROOT,
                "%nsum %.4f over %d tokens, mean %.4f, perplexity %.4f%n%nnext     logit%n",
                sum,
                scored,
                sum / Math.max(1, scored),
                Math.exp(-sum / Math.max(1, scored))));
        for (List<Number> best : score.top()) {
            text.append(String.format(
                    Locale.ROOT,
                    "%8d  %8.4f  %s%n",
                    best.get(0).intValue(),
                    best.get(1).doubleValue(),
                    TokenText.shown(model.tokenizer(), best.get(0).intValue())));
        }
        console.out().print(text);
        console.out().flush();
    }
}
