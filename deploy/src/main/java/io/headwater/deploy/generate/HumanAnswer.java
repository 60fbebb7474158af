/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.generate;

import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.OutputFlags;
import io.headwater.deploy.decode.LoadedModel;
import io.headwater.deploy.decode.TokenLogProbability;
import io.headwater.deploy.decode.TokenText;
import io.headwater.model.decoding.DecodeClient.ClientFigures;
import io.headwater.model.tokenizer.Tokenizer;
import java.util.List;
import java.util.Locale;

/** What a person sees after the streamed text. */
final class HumanAnswer {
    private HumanAnswer() {}

    static void print(Console console, OutputFlags output, Generated generated) {
        if (!generated.answer().text().endsWith("\n")) {
            console.out().println();
        }
        Tokenizer tokenizer = generated.model().tokenizer();
        for (TokenLogProbability token : generated.answer().logProbabilities()) {
            console.out().println(line(token, tokenizer));
        }
        console.out().flush();
        output.note(console, summary(generated));
        if (output.verbose()) {
            console.err().println(details(generated.model()));
        }
    }

    private static String line(TokenLogProbability token, Tokenizer tokenizer) {
        StringBuilder line = new StringBuilder(
                String.format(Locale.ROOT, "%8.4f  %-16s", token.logprob(), TokenText.shown(tokenizer, token.token())));
        for (List<Number> rival : token.top()) {
            line.append(String.format(
                    Locale.ROOT,
                    "  %s %.4f",
                    TokenText.shown(tokenizer, rival.get(0).intValue()),
                    rival.get(1).doubleValue()));
        }
        return line.toString();
    }

    private static String summary(Generated generated) {
        Timings timings = generated.timings();
        return String.format(
                Locale.ROOT,
                "[%d prompt tokens, %.1f/s; %d tokens, %.1f/s; first after %.2f s; ended by %s%s]",
                timings.prefillTokens(),
                timings.prefillPerSecond(),
                timings.decodeTokens(),
                timings.decodePerSecond(),
                timings.firstTokenMs() / 1000,
                generated.answer().finishReason().text(),
                rebased(generated.kv().rebasings()));
    }

    /** Nothing where the context was long enough. */
    private static String rebased(int times) {
        return times == 0
                ? ""
                : "; beyond the context: positions started anew " + times + (times == 1 ? " time" : " times");
    }

    private static String details(LoadedModel model) {
        ClientFigures figures = model.client().figures();
        return String.format(
                Locale.ROOT,
                "[%s kernels, %d node(s) with %d thread(s) in all, %s cache, loaded in %.2f s]",
                figures.kernels(),
                figures.nodes(),
                figures.threads(),
                model.options().kvType(),
                model.loadNanos() / 1e9);
    }
}
