/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.quality;

import io.headwater.deploy.cli.WorkFailed;
import io.headwater.deploy.decode.Cancellation;
import io.headwater.model.decoding.Reconstruction;
import io.headwater.model.engine.EngineException;
import io.headwater.model.engine.EngineGroup;
import io.headwater.model.engine.Sequence;
import io.headwater.model.engine.StepBatch;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.sampling.LogProbabilities;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a text's first part once, forks the cache for every variant, compresses each fork once, and has them read the rest together; a variant that
 * reads by stages has a cache of its own. What a variant expects has the bits of a session of its own that is compressed there.
 */
public final class ForkedText {
    /** Forks that are open together: they hold memory. */
    private static final int FORKS_AT_ONCE = 16;

    private final EngineGroup engines;
    private final List<Variant> variants;
    private final Reconstruction reconstruction;
    private final Cancellation cancellation;
    private final KvOptions collecting;
    private final LogProbabilities row;
    private final float[] logits;
    private long sequences;

    public ForkedText(
            EngineGroup engines, List<Variant> variants, Reconstruction reconstruction, Cancellation cancellation) {
        this.reconstruction = reconstruction;
        this.engines = engines;
        this.variants = List.copyOf(variants);
        this.cancellation = cancellation;
        this.collecting = Collecting.of(variants, engines.contextLength());
        this.row = new LogProbabilities(engines.vocabSize(), 1);
        this.logits = new float[engines.vocabSize()];
    }

    /**
     * Tells what every variant expects of tokens {@code [from, length)}, but for variants that protect more than their budget.
     *
     * @param compressed so many tokens are read before the compression; at least 1
     * @param from at least {@code compressed}
     */
    public void read(int[] tokens, int compressed, int from, RowListener listener) {
        read(new Text(tokens, compressed, from), listener);
    }

    private void read(Text text, RowListener listener) {
        Sequence read = engines.open(++sequences, collecting);
        try {
            prefill(read, text.tokens, text.compressed - 1);
            if (collecting.policy().reconstructs()) {
                repeat(read, text.tokens);
            }
            for (int first = 0; first < variants.size(); first += FORKS_AT_ONCE) {
                goOn(read, text, first, Math.min(variants.size(), first + FORKS_AT_ONCE), listener);
            }
        } catch (EngineException e) {
            throw new WorkFailed(String.valueOf(e.getMessage()), e);
        } finally {
            engines.close(read);
        }
    }

    private void prefill(Sequence sequence, int[] tokens, int to) throws EngineException {
        while (sequence.position() < to) {
            StepBatch step = engines.nextStep();
            int from = sequence.position();
            step.add(sequence, tokens, from, Math.min(to, from + step.room()), 0);
            run(step);
        }
    }

    /** Before the change, as in a session: its last token comes after. */
    private void repeat(Sequence sequence, int[] tokens) throws EngineException {
        int room = engines.contextLength() - sequence.position();
        for (int[] part : reconstruction.parts(tokens, 0, sequence.position(), room)) {
            for (int at = 0; at < part.length; ) {
                StepBatch step = engines.nextStep();
                int to = Math.min(part.length, at + step.room());
                step.add(sequence, part, at, to, 0);
                step.repeatLast(to == part.length);
                run(step);
                at = to;
            }
        }
    }

    private void goOn(Sequence read, Text text, int first, int end, RowListener listener) throws EngineException {
        List<Fork> forks = new ArrayList<>();
        try {
            for (int variant = first; variant < end; variant++) {
                @Nullable
                KvOptions options =
                        variants.get(variant).options(text.compressed).orElse(null);
                if (options != null) {
                    forks.add(
                            options.policy().stages().isPresent()
                                    ? staged(variant, options, text, listener)
                                    : compressed(variant, options, read, text, listener));
                }
            }
            while (step(forks, text, listener)) {}
        } finally {
            forks.forEach(fork -> engines.close(fork.sequence()));
        }
    }

    private Fork compressed(int variant, KvOptions options, Sequence read, Text text, RowListener listener)
            throws EngineException {
        Fork fork = new Fork(variant, engines.fork(read, ++sequences, options));
        closing(fork, () -> compress(fork, text, listener));
        return fork;
    }

    /** A variant that reads its prompt by stages has nothing to fork: it reads the first part by itself. */
    private Fork staged(int variant, KvOptions options, Text text, RowListener listener) throws EngineException {
        Fork own = new Fork(variant, engines.open(++sequences, options));
        closing(own, () -> {
            if (options.policy().stages().orElseThrow().shortens(text.compressed)) {
                readByStages(own, text, listener);
            } else {
                prefill(own.sequence(), text.tokens, text.compressed - 1);
                compress(own, text, listener);
            }
        });
        return own;
    }

    private void closing(Fork fork, Reading reading) throws EngineException {
        try {
            reading.run();
        } catch (EngineException | RuntimeException e) {
            engines.close(fork.sequence());
            throw e;
        }
    }

    /** What is done with a fork before the others. */
    private interface Reading {
        void run() throws EngineException;
    }

    private void readByStages(Fork own, Text text, RowListener listener) throws EngineException {
        int wanted = text.from == text.compressed ? 1 : 0;
        while (own.sequence().position() < text.compressed) {
            StepBatch step = engines.nextStep();
            step.addStaged(own.sequence(), text.tokens, text.compressed, step.room(), wanted);
            run(step);
            tell(own, step, 0, listener);
        }
    }

    /** The last token before the change point, and the change. */
    private void compress(Fork fork, Text text, RowListener listener) throws EngineException {
        StepBatch step = engines.nextStep();
        int wanted = text.from == text.compressed ? 1 : 0;
        step.add(fork.sequence(), text.tokens, text.compressed - 1, text.compressed, wanted);
        if (!fork.sequence().options().full()) {
            step.changeAfterLast();
        }
        run(step);
        tell(fork, step, 0, listener);
    }

    /** As many rows of as many forks as a step takes; false if nothing is left to read. */
    private boolean step(List<Fork> forks, Text text, RowListener listener) throws EngineException {
        StepBatch step = engines.nextStep();
        List<Fork> inStep = new ArrayList<>();
        for (Fork fork : forks) {
            int from = fork.sequence().position();
            int firstWanted = Math.max(from, text.from - 1);
            int end = Math.min(text.tokens.length - 1, from + step.room());
            int to = Math.min(end, firstWanted + step.logitsRoom());
            if (to > from) {
                step.add(fork.sequence(), text.tokens, from, to, Math.max(0, to - firstWanted));
                inStep.add(fork);
            }
        }
        if (inStep.isEmpty()) {
            return false;
        }
        run(step);
        for (int run = 0; run < inStep.size(); run++) {
            tell(inStep.get(run), step, run, listener);
        }
        return true;
    }

    private void run(StepBatch step) throws EngineException {
        if (cancellation.asked()) {
            throw new CancellationException("interrupted");
        }
        engines.run(step);
        for (int run = 0; run < step.runs(); run++) {
            @Nullable String failure = step.failure(run);
            if (failure != null) {
                throw new EngineException(failure);
            }
        }
    }

    private void tell(Fork fork, StepBatch step, int run, RowListener listener) {
        int wanted = step.wantedOf(run);
        for (int i = 0; i < wanted; i++) {
            int position = fork.sequence().position() - wanted + i + 1;
            int at = (step.firstWanted(run) + i) * logits.length;
            System.arraycopy(engines.logits(), at, logits, 0, logits.length);
            row.row(logits, position - 1L);
            listener.row(fork.variant(), position, row);
        }
    }

    private static final class Text {
        private final int[] tokens;
        private final int compressed;
        private final int from;

        Text(int[] tokens, int compressed, int from) {
            this.tokens = tokens;
            this.compressed = compressed;
            this.from = from;
        }
    }

    private record Fork(int variant, Sequence sequence) {}
}
