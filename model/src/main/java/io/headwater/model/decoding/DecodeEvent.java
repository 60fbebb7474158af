/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.generation.FinishReason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a request's listener hears, in this order: prefill, tokens or scores, the end; and where budgets change, also after the end. */
public sealed interface DecodeEvent {
    /** {@code done} of {@code total} tokens of the log have been read; begins anew, also after tokens, where the work had to begin again. */
    record Prefilled(int done, int total) implements DecodeEvent {}

    /** Token {@code index} of the answer, and the text that may now be shown. */
    record Token(
            int index, int token, String text, @Nullable TokenLogProbability logProbability) implements DecodeEvent {}

    /**
     * The session has another budget from a position on, or has repeated a part of its context there: part of its log, to be handed in again with it. Told
     * before any token that it influences; while the session is idle, with a cache that was to be kept, its last request's listener hears it. A next request
     * that does not have it yet hears it when it begins, if the cache is still there.
     */
    record BudgetChanged(BudgetEvent event) implements DecodeEvent {}

    /** Log-probabilities of the tokens from {@code position} on. */
    record Scored(int position, List<Double> logProbabilities) implements DecodeEvent {
        public Scored {
            logProbabilities = List.copyOf(logProbabilities);
        }
    }

    /**
     * The request is done. {@code text} was held back until now; {@code best} are a score's best tokens after the last one, by falling logit.
     */
    record Ended(FinishReason reason, String text, List<Candidate> best, SequenceFigures figures)
            implements DecodeEvent {
        public Ended {
            best = List.copyOf(best);
        }
    }

    /** The request cannot be done. */
    record Failed(Failure failure, String message) implements DecodeEvent {}

    /** What kind of failure, as far as a client's next move depends on it. */
    enum Failure {
        /** The request itself is wrong: it will fail again. */
        BAD_REQUEST,
        /** The work broke: a damaged model. */
        BROKEN,
        /** No room in memory or queues now: later there may be. */
        FULL,
        /** No plan serves. */
        UNAVAILABLE
    }

    /** A token that may come next. */
    record Candidate(int token, float logit, double logProbability) {}

    /** A told token's log-probability by the raw logits, and the best ones of its row. */
    record TokenLogProbability(double logProbability, List<Candidate> top) {
        public TokenLogProbability {
            top = List.copyOf(top);
        }
    }

    /**
     * What a request took.
     *
     * @param entries tokens that the cache has seen
     * @param kvBytes charged for the cache on all shards, at the end and at most
     * @param kvScoreBytes of kvBytes, what is neither keys and values nor positions
     * @param kvFullBytes what a full cache would have been charged
     * @param headEntries entries of each head, {@code [layer][KV heads of the model]}
     * @param represented tokens that the entries of each head stand for, {@code [layer][KV heads of the leader]}
     * @param compressions change points so far, without those of budgets
     * @param budget entries of a head, in the mean, that are in force; 0 for a full cache
     * @param budgetChanges how often heads were brought to another budget, or to the same one out of turn
     * @param repeats parts of reconstructions that were run while the session was idle or memory short
     * @param rebasings how often positions have started anew
     * @param compressionNanos the leader's time for what policies ask during this request's steps
     * @param columnSumNanos of compressionNanos, column sums
     * @param exchangeNanos the leader's time in the exchange during this request's steps
     * @param exchangeBytes bytes that the leader sent in them, to all peers
     */
    record SequenceFigures(
            int entries,
            long kvBytes,
            long peakKvBytes,
            long kvScoreBytes,
            long kvFullBytes,
            List<List<Integer>> headEntries,
            List<List<Integer>> represented,
            int compressions,
            int budget,
            int budgetChanges,
            int repeats,
            int rebasings,
            long compressionNanos,
            long columnSumNanos,
            long exchangeNanos,
            long exchangeBytes) {
        public static final SequenceFigures NONE =
                new SequenceFigures(0, 0, 0, 0, 0, List.of(), List.of(), 0, 0, 0, 0, 0, 0, 0, 0, 0);

        public SequenceFigures {
            headEntries = headEntries.stream().map(List::copyOf).toList();
            represented = represented.stream().map(List::copyOf).toList();
        }
    }
}
