/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.bench;

import io.headwater.deploy.cli.WorkFailed;
import io.headwater.deploy.decode.Cancellation;
import io.headwater.deploy.decode.LoadedModel;
import io.headwater.model.engine.EngineException;
import io.headwater.model.engine.EngineGroup;
import io.headwater.model.engine.EngineStatistics;
import io.headwater.model.engine.Sequence;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.function.LongConsumer;

/**
 * Measures prefill and decode apart, each on fresh sequences that already hold {@code depth} tokens. Tokens are random: what is computed does not
 * depend on them. Several sequences take turns, token by token.
 */
final class BenchRun {
    private static final int PIECE = 512;
    private static final long SEED = 42;

    private final EngineGroup engines;
    private final BenchPlan plan;
    private final LongConsumer progress;
    private final Cancellation cancellation;
    private final int[] tokens;
    private long decoded;
    private long exchangeNanos;
    private long exchangeBytes;
    private long stepNanos;
    private long steps;

    BenchRun(LoadedModel model, BenchPlan plan, LongConsumer progress, Cancellation cancellation) {
        this.engines = model.engines();
        this.plan = plan;
        this.progress = progress;
        this.cancellation = cancellation;
        this.tokens = new Random(SEED)
                .ints((long) plan.depth() + Math.max(plan.prompt(), plan.generate()), 0, engines.vocabSize())
                .toArray();
    }

    /** Prompt tokens per second of one repetition. */
    double prefill() {
        List<Sequence> sequences = open();
        try {
            long start = System.nanoTime();
            for (Sequence sequence : sequences) {
                forward(sequence, plan.depth(), plan.depth() + plan.prompt());
            }
            return perSecond(plan.prompt(), start);
        } finally {
            sequences.forEach(Sequence::close);
        }
    }

    /** Decoded tokens per second of one repetition. */
    double decode() {
        List<Sequence> sequences = open();
        try {
            EngineStatistics before = engines.statistics();
            long start = System.nanoTime();
            for (int i = plan.depth(); i < plan.depth() + plan.generate(); i++) {
                for (Sequence sequence : sequences) {
                    forward(sequence, i, i + 1);
                }
            }
            double speed = perSecond(plan.generate(), start);
            count(before, engines.statistics());
            return speed;
        } finally {
            sequences.forEach(Sequence::close);
        }
    }

    /** Forgets what decode has added up: the warm-up is over. */
    void resetCounts() {
        exchangeNanos = 0;
        exchangeBytes = 0;
        stepNanos = 0;
        steps = 0;
    }

    /** Milliseconds per decoded token outside the exchange. */
    double computeMs() {
        return steps == 0 ? 0 : (stepNanos - exchangeNanos) / 1e6 / steps;
    }

    /** Milliseconds per decoded token in the exchange, waiting included. */
    double exchangeMs() {
        return steps == 0 ? 0 : exchangeNanos / 1e6 / steps;
    }

    /** Bytes per decoded token that all nodes together send. */
    long exchangeBytes() {
        return steps == 0 ? 0 : exchangeBytes / steps;
    }

    private void count(EngineStatistics before, EngineStatistics after) {
        exchangeNanos += after.exchangeNanos() - before.exchangeNanos();
        exchangeBytes += after.exchangeBytes() - before.exchangeBytes();
        stepNanos += after.stepNanos() - before.stepNanos();
        steps += after.steps() - before.steps();
    }

    private double perSecond(int tokensEach, long startNanos) {
        return (double) tokensEach * plan.sequences() * 1e9 / Math.max(1, System.nanoTime() - startNanos);
    }

    private List<Sequence> open() {
        List<Sequence> sequences = new ArrayList<>();
        for (int i = 0; i < plan.sequences(); i++) {
            Sequence sequence = engines.open();
            sequences.add(sequence);
            for (int at = 0; at < plan.depth(); at += PIECE) {
                forward(sequence, at, Math.min(plan.depth(), at + PIECE));
            }
        }
        return sequences;
    }

    private void forward(Sequence sequence, int from, int to) {
        if (cancellation.asked()) {
            throw new CancellationException("interrupted");
        }
        try {
            engines.forward(sequence, tokens, from, to);
        } catch (EngineException e) {
            throw new WorkFailed(String.valueOf(e.getMessage()), e);
        }
        decoded += to - from;
        progress.accept(decoded);
    }
}
