/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.score;

import io.headwater.deploy.cli.WorkFailed;
import io.headwater.deploy.decode.Cancellation;
import io.headwater.deploy.decode.LoadedModel;
import io.headwater.deploy.decode.PrefillListener;
import io.headwater.model.engine.EngineException;
import io.headwater.model.engine.EngineGroup;
import io.headwater.model.engine.Sequence;
import io.headwater.model.sampling.BrokenLogitsException;
import io.headwater.model.sampling.LogProbabilities;
import java.util.concurrent.CancellationException;

/** Log-probabilities of given tokens, each given those before it. Reused from text to text; owned by the command's thread. */
final class TextScorer {
    /** Tokens between two looks at Ctrl-C. */
    private static final int PIECE = 256;

    private final EngineGroup engines;
    private final LogProbabilities row;
    private final float[] logits;
    private final PrefillListener progress;
    private final Cancellation cancellation;
    private int done;

    TextScorer(LoadedModel model, int top, PrefillListener progress, Cancellation cancellation) {
        this.engines = model.engines();
        this.row = new LogProbabilities(engines.vocabSize(), top);
        this.logits = new float[engines.vocabSize()];
        this.progress = progress;
        this.cancellation = cancellation;
    }

    /** Decodes tokens [from, to) without looking at their logits. */
    void skip(Sequence sequence, int[] tokens, int from, int to) {
        for (int at = from; at < to; at += PIECE) {
            int end = Math.min(to, at + PIECE);
            checkCancelled();
            try {
                engines.forward(sequence, tokens, at, end);
            } catch (EngineException e) {
                throw new WorkFailed(String.valueOf(e.getMessage()), e);
            }
            advance(end - at);
        }
    }

    /** Decodes tokens [from, to) and tells of each, where there is one, the log-probability of the token after it. */
    void score(Sequence sequence, int[] tokens, int from, int to, ScoreListener listener) {
        for (int at = from; at < to; at += PIECE) {
            int first = at;
            int end = Math.min(to, at + PIECE);
            checkCancelled();
            try {
                engines.forward(sequence, tokens, first, end, (index, all, offset) -> {
                    take(all, offset, first + index);
                    if (first + index + 1 < tokens.length) {
                        listener.scored(first + index + 1, row.of(tokens[first + index + 1]));
                    }
                });
            } catch (EngineException | BrokenLogitsException e) {
                throw new WorkFailed(String.valueOf(e.getMessage()), e);
            }
            advance(end - at);
        }
    }

    private void take(float[] all, int offset, int position) {
        System.arraycopy(all, offset, logits, 0, logits.length);
        row.row(logits, position);
    }

    /** Of the last token that was scored: what may follow it. */
    LogProbabilities last() {
        return row;
    }

    private void advance(int tokens) {
        done += tokens;
        progress.prefilled(done, 0);
    }

    private void checkCancelled() {
        if (cancellation.asked()) {
            throw new CancellationException("interrupted");
        }
    }

    /** Hears log-probabilities in the order of the text. */
    @FunctionalInterface
    interface ScoreListener {
        /** The token at {@code position}, given all before it. */
        void scored(int position, double logProbability);
    }
}
