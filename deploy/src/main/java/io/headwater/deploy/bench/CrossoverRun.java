/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.bench;

import io.headwater.deploy.cli.WorkFailed;
import io.headwater.deploy.decode.AskedAnswer;
import io.headwater.deploy.decode.AskedAnswer.Question;
import io.headwater.deploy.decode.Cancellation;
import io.headwater.deploy.decode.GenerationOptions;
import io.headwater.deploy.decode.LoadedModel;
import io.headwater.deploy.decode.TextListener;
import io.headwater.model.decoding.DecodeClient.ClientFigures;
import io.headwater.model.decoding.TokenIds;
import io.headwater.model.generation.FinishReason;
import io.headwater.model.generation.TurnOptions;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.sampling.SamplingOptions;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.function.LongConsumer;

/**
 * What the exchange of a step costs the leader, waiting included, for steps of 1, 2, 4, … rows: on one cluster, whose nodes all use one form of
 * the all-reduce. A prompt of so many tokens is one step.
 */
final class CrossoverRun {
    static final int MOST_ROWS = 128;
    private static final long SEED = 42;
    private static final double NANOS_PER_MS = 1e6;

    private final LoadedModel model;
    private final int repetitions;
    private final Cancellation cancellation;
    private final LongConsumer progress;
    private final int[] tokens;
    private final int mostRows;
    private long done;

    CrossoverRun(LoadedModel model, int repetitions, Cancellation cancellation, LongConsumer progress) {
        this.model = model;
        this.repetitions = repetitions;
        this.cancellation = cancellation;
        this.progress = progress;
        mostRows = Math.min(MOST_ROWS, Math.min(model.options().chunkRows(), model.contextLength() - 1));
        tokens = new Random(SEED).ints(mostRows, 0, model.config().vocabSize()).toArray();
    }

    /** Milliseconds of exchange by the number of rows, medians. */
    Map<Integer, Double> measure() {
        Map<Integer, Double> medians = new LinkedHashMap<>();
        for (int rows = 1; rows <= mostRows; rows *= 2) {
            step(rows); // warms up
            double[] times = new double[repetitions];
            for (int i = 0; i < repetitions; i++) {
                times[i] = step(rows);
            }
            Arrays.sort(times);
            medians.put(rows, times[repetitions / 2]);
        }
        return medians;
    }

    private double step(int rows) {
        ClientFigures before = model.client().figures();
        var options = new GenerationOptions(SamplingOptions.defaults(), 0, new TurnOptions(1, List.of(), true));
        AskedAnswer asked = AskedAnswer.of(
                model.client(),
                new Question(
                        model.newSession(),
                        TokenIds.of(Arrays.copyOf(tokens, rows)),
                        options,
                        false,
                        KvOptions.NONE,
                        List.of()),
                TextListener.SILENT,
                (_, _) -> {});
        model.await(asked, cancellation);
        if (asked.answer().finishReason() == FinishReason.CANCELLED) {
            throw new CancellationException("interrupted");
        }
        ClientFigures after = model.client().figures();
        if (after.epoch() != before.epoch() || after.steps() <= before.steps()) {
            throw new WorkFailed("the cluster's plan changed while it was measured: measure again");
        }
        progress.accept(++done);
        return (after.exchangeNanos() - before.exchangeNanos()) / NANOS_PER_MS / (after.steps() - before.steps());
    }
}
