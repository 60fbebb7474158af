/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.generate;

import io.headwater.deploy.decode.Answer;
import io.headwater.deploy.decode.AskedAnswer;
import io.headwater.deploy.decode.GenerationOptions;
import io.headwater.deploy.decode.LoadedModel;
import io.headwater.deploy.decode.PrefillListener;
import io.headwater.deploy.decode.TextListener;
import io.headwater.model.decoding.DecodeEvent.SequenceFigures;
import io.headwater.model.decoding.TokenIds;
import io.headwater.model.kvcache.KvOptions;
import java.util.List;

/** Requests on one loaded model, each a session of its own. */
final class Generation {
    /** Tokens from which a person waits. */
    static final int LONG_PROMPT = 512;

    private final LoadedModel model;
    private final CommandStart start;

    Generation(LoadedModel model, CommandStart start) {
        this.model = model;
        this.start = start;
    }

    LoadedModel model() {
        return model;
    }

    /** Asks for the answer to a prompt. */
    AskedAnswer ask(
            int[] prompt, GenerationOptions options, KvOptions kv, TextListener listener, PrefillListener progress) {
        var question = new AskedAnswer.Question(model.newSession(), TokenIds.of(prompt), options, false, kv, List.of());
        return AskedAnswer.of(model.client(), question, listener, progress);
    }

    /** The report on an answer that is over. */
    Generated report(int[] prompt, KvOptions kv, AskedAnswer asked) {
        Answer answer = asked.answer();
        SequenceFigures figures = asked.figures();
        Timings timings = new Timings(
                model.loadNanos() / 1e6,
                asked.prefillNanos() / 1e6,
                prompt.length,
                perSecond(prompt.length, asked.prefillNanos()),
                answer.tokens().isEmpty() ? 0 : start.millisecondsUntil(answer.firstTokenNanos()),
                (answer.endNanos() - answer.startNanos()) / 1e6,
                answer.tokens().size(),
                answer.tokensPerSecond(),
                figures.exchangeNanos() / 1e6,
                figures.compressionNanos() / 1e6,
                figures.exchangeBytes());
        return new Generated(model, prompt.clone(), answer, KvReport.of(kv, figures), timings);
    }

    private static double perSecond(int tokens, long nanos) {
        return tokens * 1e9 / Math.max(1, nanos);
    }
}
