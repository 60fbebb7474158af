/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.log;

import io.headwater.model.decoding.BudgetEvent;
import io.headwater.model.decoding.DecodeEvent.TokenLogProbability;
import io.headwater.model.decoding.TokenIds;
import io.headwater.model.generation.TurnOptions;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.sampling.SamplingOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What can happen in a session. Everything that its tokens depend on is here, so a replay makes the same ones. */
public sealed interface SessionEvent {
    /** What a client is told. Told events of a session are numbered from 0 without gaps: their offset. */
    sealed interface Told extends SessionEvent {
        int offset();
    }

    /**
     * The first event.
     *
     * @param created in milliseconds since 1970
     * @param plain made for one completion: it takes no second turn
     * @param history messages before the first turn; they are in that turn's prompt
     * @param defaults of its turns, as the client wrote them: JSON
     */
    record Opened(
            long created, boolean plain, ModelIdentity model, KvOptions kv, List<Message> history, String defaults)
            implements SessionEvent {
        public Opened {
            history = List.copyOf(history);
        }
    }

    /**
     * A turn begins: the client has said something.
     *
     * @param said the messages; none where the prompt was a text or tokens
     * @param prompt the ids that the turn adds to the session's log
     */
    record Asked(
            Origin origin,
            List<Message> said,
            TokenIds prompt,
            SamplingOptions sampling,
            long seed,
            TurnOptions options)
            implements SessionEvent {
        public Asked {
            said = List.copyOf(said);
        }
    }

    /**
     * How to know a turn again.
     *
     * @param turn from 1
     * @param key the client's Idempotency-Key; empty if it gave none
     * @param digest of the request that came with the key
     */
    record Origin(int turn, String key, String digest) {}

    /** A token of the answer and the text that may be shown with it; {@code position} in the session's log. */
    record Sampled(
            int offset,
            int token,
            String text,
            int position,
            @Nullable TokenLogProbability logProbability) implements Told {}

    /**
     * Another budget holds from a position on, since memory was short or free again, or a part of the context was repeated there; before the first token that
     * it influences.
     */
    record Budgeted(BudgetEvent budget) implements SessionEvent {}

    /**
     * The turn is over.
     *
     * @param reason {@code stop}, {@code length}, {@code cancelled} or {@code error}
     * @param text that was held back until now
     * @param problem what went wrong; empty unless the reason is {@code error}
     */
    record TurnEnded(int offset, String reason, String text, TurnProblem problem, Usage usage) implements Told {}

    /**
     * Why a turn could not be done.
     *
     * @param kind a name of {@link io.headwater.model.decoding.DecodeEvent.Failure}; empty if nothing went wrong
     */
    record TurnProblem(String kind, String message) {
        public static final TurnProblem NONE = new TurnProblem("", "");
    }

    /**
     * By what a session's tokens were computed.
     *
     * @param fingerprint of the model's file
     * @param arithmetic version: another one may give other bits
     * @param kvType in which keys and values are stored
     * @param context positions: where they end those of a compressed cache start anew, so its tokens depend on it
     */
    record ModelIdentity(String fingerprint, int arithmetic, String kvType, int context) {
        /** Whether a cache of that kind, computed by this model, is what the other one computes; another arithmetic counts as the same. */
        public boolean agreesWith(ModelIdentity other, KvOptions kv) {
            return fingerprint.equals(other.fingerprint)
                    && kvType.equals(other.kvType)
                    && (kv.full() || context == other.context);
        }
    }
}
