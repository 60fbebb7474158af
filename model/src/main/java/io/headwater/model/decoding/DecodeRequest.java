/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.generation.TurnOptions;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.sampling.SamplingOptions;
import java.util.List;

/**
 * Work for a decode loop. It carries all that the work depends on, so that any node can take it up at any point: whoever has the session's
 * cache goes on from there, whoever has none builds it again of the same tokens, with the same bits.
 */
public sealed interface DecodeRequest {
    /** In place of a {@link #shelf}: the session's cache is never put away. */
    long NO_SHELF = -1;

    /** The session's id, unique among those that are open. */
    long session();

    /** By what the session's cache is known where it is put away, the same in every life of a server; or {@link #NO_SHELF}. */
    long shelf();

    /** The same request under another session's id. */
    DecodeRequest withSession(long id);

    /** All token ids that are known. */
    TokenIds log();

    /** How the session's cache is kept, in all its requests alike. */
    KvOptions kv();

    /**
     * An answer.
     *
     * @param log the session's tokens: history, prompt, and what of this answer has been told already
     * @param answered how many at the log's end belong to this answer: it goes on after them
     * @param keep whether the session's cache stays when the answer ends, for a next turn
     * @param past the turns before this one, where the cache depends on them: with a policy
     * @param budgets as they were told: the session's budget events so far
     * @param shelf see {@link DecodeRequest#shelf}
     */
    record Generate(
            long session,
            TokenIds log,
            int answered,
            SamplingOptions sampling,
            long seed,
            TurnOptions turn,
            boolean keep,
            KvOptions kv,
            List<PastTurn> past,
            List<BudgetEvent> budgets,
            long shelf)
            implements DecodeRequest {
        public Generate {
            past = List.copyOf(past);
            budgets = List.copyOf(budgets);
            if (answered < 0 || answered >= log.size()) {
                throw new IllegalArgumentException(
                        "answered=" + answered + " of " + log.size() + " tokens: a prompt has at least one");
            }
        }

        /** Whose cache is known by its session's id wherever it is put away. */
        public Generate(
                long session,
                TokenIds log,
                int answered,
                SamplingOptions sampling,
                long seed,
                TurnOptions turn,
                boolean keep,
                KvOptions kv,
                List<PastTurn> past,
                List<BudgetEvent> budgets) {
            this(session, log, answered, sampling, seed, turn, keep, kv, past, budgets, session);
        }

        /** Whose budget has never changed. */
        public Generate(
                long session,
                TokenIds log,
                int answered,
                SamplingOptions sampling,
                long seed,
                TurnOptions turn,
                boolean keep,
                KvOptions kv,
                List<PastTurn> past) {
            this(session, log, answered, sampling, seed, turn, keep, kv, past, List.of());
        }

        /** With a full cache. */
        public Generate(
                long session,
                TokenIds log,
                int answered,
                SamplingOptions sampling,
                long seed,
                TurnOptions turn,
                boolean keep) {
            this(session, log, answered, sampling, seed, turn, keep, KvOptions.NONE, List.of());
        }

        @Override
        public Generate withSession(long id) {
            return new Generate(id, log, answered, sampling, seed, turn, keep, kv, past, budgets, shelf);
        }

        /** The same request when so much more of its answer has been told. */
        public Generate told(int... tokens) {
            TokenIds longer = log.plus(tokens);
            return new Generate(
                    session, longer, answered + tokens.length, sampling, seed, turn, keep, kv, past, budgets, shelf);
        }

        /** The same request with these budget events. */
        public Generate withBudgets(List<BudgetEvent> events) {
            return new Generate(session, log, answered, sampling, seed, turn, keep, kv, past, events, shelf);
        }

        /** The same request of a session whose cache is never put away. */
        public Generate withoutShelf() {
            return new Generate(session, log, answered, sampling, seed, turn, keep, kv, past, budgets, NO_SHELF);
        }
    }

    /**
     * Log-probabilities of a text's tokens {@code [from, size)}, each given all before it, and the best {@code top} after the last.
     *
     * @param from at least 1
     * @param stepRows most rows of this text in one step: 1 feeds it token by token
     * @param prompt the first so many tokens are a prompt, the others as if they had been an answer: the cache changes accordingly
     */
    record Score(long session, TokenIds log, int from, int top, int stepRows, KvOptions kv, int prompt)
            implements DecodeRequest {
        /** With a full cache. */
        public Score(long session, TokenIds log, int from, int top, int stepRows) {
            this(session, log, from, top, stepRows, KvOptions.NONE, log.size());
        }

        /** A text that is scored is no session that goes on. */
        @Override
        public long shelf() {
            return NO_SHELF;
        }

        @Override
        public Score withSession(long id) {
            return new Score(id, log, from, top, stepRows, kv, prompt);
        }

        /** The same request for the scores from another token on. */
        public Score withFrom(int token) {
            return new Score(session, log, token, top, stepRows, kv, prompt);
        }
    }
}
