/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.decode;

import io.headwater.deploy.cli.WorkFailed;
import io.headwater.model.engine.EngineException;
import io.headwater.model.engine.EngineGroup;
import io.headwater.model.engine.Sequence;
import io.headwater.model.generation.FinishReason;
import io.headwater.model.generation.Turn;
import io.headwater.model.sampling.BrokenLogitsException;
import io.headwater.model.sampling.Sampler;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One sequence: the log of its tokens, and the KV cache of those that have been decoded. A sampled token is in the log at once and in the
 * cache with the next step, so after a turn the cache is the log minus its last token.
 */
public final class Session implements AutoCloseable {
    /** Prompts go in pieces of so many tokens: between two of them a bar is drawn and Ctrl-C is heard. Changes no bit. */
    private static final int PIECE = 512;

    private final LoadedModel model;
    private final EngineGroup engines;
    private final Sequence sequence;
    private int[] log = new int[256];
    private int logged;
    private final float[] logits;

    public Session(LoadedModel model) {
        this.model = model;
        this.engines = model.engines();
        this.sequence = engines.open();
        this.logits = new float[engines.vocabSize()];
    }

    /** Adds tokens of a prompt to the log; {@link #prefill} decodes them. */
    public void append(int[] ids) {
        for (int id : ids) {
            add(id);
        }
    }

    private void add(int id) {
        if (logged == log.length) {
            log = Arrays.copyOf(log, 2 * logged);
        }
        log[logged++] = id;
    }

    /** Tokens in the log. */
    public int tokens() {
        return logged;
    }

    /** A copy of the log. */
    public int[] log() {
        return Arrays.copyOf(log, logged);
    }

    /** The newest token of the log, which is not empty. */
    public int lastToken() {
        return log[logged - 1];
    }

    public Sequence sequence() {
        return sequence;
    }

    /** Decodes what the log has and the cache has not. False if it was cancelled before the end. */
    public boolean prefill(PrefillListener progress, Cancellation cancellation) {
        int from = sequence.position();
        while (sequence.position() < logged) {
            if (cancellation.asked()) {
                return false;
            }
            int at = sequence.position();
            forward(at, Math.min(logged, at + PIECE));
            progress.prefilled(sequence.position() - from, logged - from);
        }
        return true;
    }

    /** The answer to all that has been prefilled; each piece of text is told as soon as it is certain. */
    public Answer decode(GenerationOptions options, TextListener listener, Cancellation cancellation) {
        long start = System.nanoTime();
        Turn turn = new Turn(options.turn(), model.tokenizer());
        Sampler sampler = new Sampler(options.sampling(), options.seed(), engines.vocabSize());
        for (int i = 0; i < logged; i++) {
            sampler.counts().prompt(log[i]);
        }
        List<Integer> tokens = new ArrayList<>();
        List<TokenLogProbability> logProbabilities = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        long firstTokenNanos = 0;
        while (!turn.finished()) {
            int token = sample(sampler);
            firstTokenNanos = tokens.isEmpty() ? System.nanoTime() : firstTokenNanos;
            sampler.counts().sampled(token);
            add(token);
            tokens.add(token);
            if (options.sampling().logprobs() > 0) {
                logProbabilities.add(TokenLogProbability.of(token, sampler.logProbabilities()));
            }
            tell(turn.accept(token), text, listener);
            if (!turn.finished() && cancellation.asked()) {
                tell(turn.finish(FinishReason.CANCELLED), text, listener);
            } else if (!turn.finished() && sequence.position() == engines.contextLength()) {
                tell(turn.finish(FinishReason.LENGTH), text, listener);
            } else if (!turn.finished()) {
                forward(sequence.position(), logged);
            }
        }
        return new Answer(
                tokens,
                text.toString(),
                turn.finishReason().orElseThrow(),
                logProbabilities,
                start,
                firstTokenNanos,
                System.nanoTime());
    }

    private int sample(Sampler sampler) {
        try {
            System.arraycopy(engines.logits(), 0, logits, 0, logits.length);
            return sampler.sample(logits, logged);
        } catch (BrokenLogitsException e) {
            throw new WorkFailed(String.valueOf(e.getMessage()), e);
        }
    }

    private static void tell(String piece, StringBuilder text, TextListener listener) {
        text.append(piece);
        if (!piece.isEmpty()) {
            listener.text(piece);
        }
    }

    private void forward(int from, int to) {
        try {
            engines.forward(sequence, log, from, to);
        } catch (EngineException e) {
            throw new WorkFailed(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public void close() {
        sequence.close();
    }
}
