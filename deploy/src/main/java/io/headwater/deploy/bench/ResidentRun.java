/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.bench;

import io.headwater.deploy.decode.AskedAnswer;
import io.headwater.deploy.decode.AskedAnswer.Question;
import io.headwater.deploy.decode.Cancellation;
import io.headwater.deploy.decode.GenerationOptions;
import io.headwater.deploy.decode.LoadedModel;
import io.headwater.deploy.decode.PrefillListener;
import io.headwater.deploy.decode.TextListener;
import io.headwater.model.decoding.TokenIds;
import io.headwater.model.generation.TurnOptions;
import io.headwater.model.sampling.SamplingOptions;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.LockSupport;

/** How this process's memory falls when a long prompt's cache is compressed; the engines must be in this process. */
final class ResidentRun {
    private static final long SEED = 42;
    private static final Duration LATER = Duration.ofSeconds(5);
    private static final Duration TURN = Duration.ofMillis(50);

    private final LoadedModel model;
    private final int depth;
    private final Cancellation cancellation;

    ResidentRun(LoadedModel model, int depth, Cancellation cancellation) {
        this.model = model;
        this.depth = depth;
        this.cancellation = cancellation;
    }

    CompressionResult.Resident measure() {
        long empty = ResidentMemory.bytes();
        long session = model.newSession();
        long[] before = {empty};
        PrefillListener reading = (read, prompt) -> {
            if (read < prompt) { // the last step compresses
                before[0] = ResidentMemory.bytes();
            }
        };
        var tokens = new Random(SEED).ints(depth, 0, model.config().vocabSize()).toArray();
        var options = new GenerationOptions(SamplingOptions.defaults(), 0, new TurnOptions(1, List.of(), true));
        var question = new Question(session, TokenIds.of(tokens), options, true, model.kv(), List.of());
        AskedAnswer asked = AskedAnswer.of(model.client(), question, TextListener.SILENT, reading);
        model.await(asked, cancellation);
        asked.answer();
        await(LATER);
        long after = ResidentMemory.bytes();
        model.client().release(session);
        return new CompressionResult.Resident(empty, before[0], after);
    }

    private void await(Duration duration) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < duration.toNanos()) {
            if (cancellation.asked()) {
                throw new CancellationException("interrupted");
            }
            LockSupport.parkNanos(this, TURN.toNanos());
        }
    }
}
