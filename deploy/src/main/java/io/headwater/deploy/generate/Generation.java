/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.generate;

import io.headwater.deploy.decode.Answer;
import io.headwater.deploy.decode.Cancellation;
import io.headwater.deploy.decode.GenerationOptions;
import io.headwater.deploy.decode.LoadedModel;
import io.headwater.deploy.decode.PrefillListener;
import io.headwater.deploy.decode.Session;
import io.headwater.deploy.decode.TextListener;
import io.headwater.model.engine.EngineStatistics;
import io.headwater.model.generation.FinishReason;
import java.util.List;

/** Requests on one loaded model, each with an empty sequence. */
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

    Generated run(
            int[] prompt,
            GenerationOptions options,
            TextListener listener,
            PrefillListener progress,
            Cancellation cancellation) {
        EngineStatistics before = model.engines().statistics();
        long prefillStart = System.nanoTime();
        try (Session session = new Session(model)) {
            session.append(prompt);
            boolean complete = session.prefill(progress, cancellation);
            long prefillNanos = System.nanoTime() - prefillStart;
            Answer answer = complete ? session.decode(options, listener, cancellation) : cancelled();
            EngineStatistics after = model.engines().statistics();
            Timings timings = new Timings(
                    model.loadNanos() / 1e6,
                    prefillNanos / 1e6,
                    prompt.length,
                    perSecond(prompt.length, prefillNanos),
                    complete ? start.millisecondsUntil(answer.firstTokenNanos()) : 0,
                    (answer.endNanos() - answer.startNanos()) / 1e6,
                    answer.tokens().size(),
                    answer.tokensPerSecond(),
                    (after.exchangeNanos() - before.exchangeNanos()) / 1e6,
                    0,
                    after.exchangeBytes() - before.exchangeBytes());
            return new Generated(model, prompt.clone(), answer, KvReport.of(model, session.sequence()), timings);
        }
    }

    private static Answer cancelled() {
        long now = System.nanoTime();
        return new Answer(List.of(), "", FinishReason.CANCELLED, List.of(), now, now, now);
    }

    private static double perSecond(int tokens, long nanos) {
        return tokens * 1e9 / Math.max(1, nanos);
    }
}
