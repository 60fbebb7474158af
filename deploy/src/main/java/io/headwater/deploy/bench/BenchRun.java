/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.bench;

import io.headwater.deploy.decode.AskedAnswer;
import io.headwater.deploy.decode.AskedAnswer.Question;
import io.headwater.deploy.decode.Cancellation;
import io.headwater.deploy.decode.GenerationOptions;
import io.headwater.deploy.decode.LoadedModel;
import io.headwater.deploy.decode.PrefillListener;
import io.headwater.deploy.decode.TextListener;
import io.headwater.model.decoding.DecodeClient.ClientFigures;
import io.headwater.model.decoding.DecodeEvent.SequenceFigures;
import io.headwater.model.decoding.PastTurn;
import io.headwater.model.decoding.TokenIds;
import io.headwater.model.generation.FinishReason;
import io.headwater.model.generation.TurnOptions;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.sampling.SamplingOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.function.LongConsumer;

/**
 * Measures prefill and decode apart, as a client of the decode loop, each with fresh sessions that already hold {@code depth} tokens. Prompts are
 * random: what is computed does not depend on them.
 */
final class BenchRun {
    private static final long SEED = 42;

    private final LoadedModel model;
    private final BenchPlan plan;
    private final LongConsumer progress;
    private final Cancellation cancellation;
    private final int[] tokens;
    private long done;
    private long exchangeNanos;
    private long exchangeBytes;
    private long stepNanos;
    private long rows;
    private final CompressionTimes prefillTimes = new CompressionTimes();
    private final CompressionTimes decodeTimes = new CompressionTimes();
    private SequenceFigures filled = SequenceFigures.NONE;

    BenchRun(LoadedModel model, BenchPlan plan, LongConsumer progress, Cancellation cancellation) {
        this.model = model;
        this.plan = plan;
        this.progress = progress;
        this.cancellation = cancellation;
        this.tokens = new Random(SEED)
                .ints(
                        plan.depth() + Math.max(plan.prompt(), 1L),
                        0,
                        model.config().vocabSize())
                .toArray();
    }

    /** Prompt tokens per second of one repetition, all sequences together; each prompt's first token is part of it. */
    double prefill() {
        List<Long> sessions = sessions(plan.sequences(), asPlanned());
        long start = System.nanoTime();
        prefillTimes.count(answer(sessions, asPlanned(), plan.depth() + plan.prompt(), 1, false), start);
        return perSecond(plan.prompt() * plan.sequences(), start);
    }

    /** Decoded tokens per second of one repetition, so many sequences together; what the exchange takes is added up. */
    double decode(int sequences) {
        List<Long> sessions = sessions(sequences, asPlanned());
        ClientFigures before = model.client().figures();
        long start = System.nanoTime();
        decodeTimes.count(answer(sessions, asPlanned(), plan.depth() + 1, plan.generate(), false), start);
        double speed = perSecond(plan.generate() * sequences, start);
        count(before, model.client().figures());
        return speed;
    }

    /** The same of as many sequences as planned that begin with nothing in their caches, which are never compressed. */
    double decodeEmpty() {
        Start empty = new Start(0, KvOptions.NONE);
        List<Long> sessions = sessions(plan.sequences(), empty);
        long start = System.nanoTime();
        answer(sessions, empty, 1, plan.generate(), false);
        return perSecond(plan.generate() * plan.sequences(), start);
    }

    private Start asPlanned() {
        return new Start(plan.depth(), model.kv());
    }

    /** Of the time of all repetitions, what compression took. */
    BenchResult.CompressionShare compressionShare() {
        return new BenchResult.CompressionShare(prefillTimes.share(), decodeTimes.share());
    }

    /** Of that, column sums. */
    BenchResult.CompressionShare columnSumShare() {
        return new BenchResult.CompressionShare(prefillTimes.columnSumShare(), decodeTimes.columnSumShare());
    }

    /** What a session's cache held when {@code depth} tokens had just been read, and compressed. */
    SequenceFigures filled() {
        return filled;
    }

    /** Forgets what has been added up. */
    void resetCounts() {
        prefillTimes.reset();
        decodeTimes.reset();
        exchangeNanos = 0;
        exchangeBytes = 0;
        stepNanos = 0;
        rows = 0;
    }

    /** Milliseconds per decoded token outside the exchange. */
    double computeMs() {
        return rows == 0 ? 0 : (stepNanos - exchangeNanos) / 1e6 / rows;
    }

    /** Milliseconds per decoded token in the exchange, waiting included. */
    double exchangeMs() {
        return rows == 0 ? 0 : exchangeNanos / 1e6 / rows;
    }

    /** Bytes per decoded token that the plan's leader sends. */
    long exchangeBytes() {
        return rows == 0 ? 0 : exchangeBytes / rows;
    }

    private void count(ClientFigures before, ClientFigures after) {
        exchangeNanos += after.exchangeNanos() - before.exchangeNanos();
        exchangeBytes += after.exchangeBytes() - before.exchangeBytes();
        stepNanos += after.stepNanos() - before.stepNanos();
        rows += after.rows() - before.rows();
    }

    private static double perSecond(int tokens, long startNanos) {
        return tokens * 1e9 / Math.max(1, System.nanoTime() - startNanos);
    }

    /** Sessions whose caches hold as many tokens as they begin with; reading them is prefill too. */
    private List<Long> sessions(int count, Start begun) {
        List<Long> sessions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sessions.add(model.newSession());
        }
        if (begun.depth() > 0) {
            long start = System.nanoTime();
            List<SequenceFigures> figures = answer(sessions, begun, begun.depth(), 1, true);
            prefillTimes.count(figures, start);
            filled = figures.getFirst();
        }
        return sessions;
    }

    /** Decodes so many tokens after the first {@code known} ones, in all sessions at once. */
    private List<SequenceFigures> answer(List<Long> sessions, Start begun, int known, int count, boolean keep) {
        TokenIds log = TokenIds.of(Arrays.copyOf(tokens, known));
        var options = new GenerationOptions(SamplingOptions.defaults(), 0, new TurnOptions(count, List.of(), true));
        List<PastTurn> past = keep || begun.depth() == 0
                ? List.of()
                : List.of(new PastTurn(begun.depth(), begun.depth() + 1)); // what sessions() has asked for
        List<AskedAnswer> all = new ArrayList<>();
        for (long session : sessions) {
            PrefillListener read = reading();
            all.add(AskedAnswer.of(
                    model.client(),
                    new Question(session, log, options, keep, begun.kv(), past),
                    TextListener.SILENT,
                    read));
        }
        for (AskedAnswer asked : all) {
            model.await(asked, cancellation);
        }
        for (AskedAnswer asked : all) {
            if (asked.answer().finishReason() == FinishReason.CANCELLED) {
                throw new CancellationException("interrupted");
            }
        }
        worked(count > 1 ? (long) sessions.size() * count : 0);
        return all.stream().map(AskedAnswer::figures).toList();
    }

    /** How a session begins: tokens in its cache before anything is measured, and how the cache is kept. */
    private record Start(int depth, KvOptions kv) {}

    /** Counts what is read of one prompt. */
    private PrefillListener reading() {
        int[] before = {0};
        return (read, _) -> {
            worked(read - before[0]);
            before[0] = read;
        };
    }

    private void worked(long more) {
        done += more;
        progress.accept(done);
    }
}
