/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.decode;

import io.headwater.model.decoding.BudgetEvent;
import io.headwater.model.decoding.DecodeEvent;
import io.headwater.model.decoding.DecodeEvent.BudgetChanged;
import io.headwater.model.decoding.DecodeEvent.Ended;
import io.headwater.model.decoding.DecodeEvent.Failed;
import io.headwater.model.decoding.DecodeEvent.Prefilled;
import io.headwater.model.decoding.DecodeEvent.Scored;
import io.headwater.model.decoding.DecodeEvent.Token;
import io.headwater.model.decoding.DecodeListener;
import io.headwater.model.decoding.DecodeRequest;
import io.headwater.model.decoding.DecodeRequest.Generate;
import io.headwater.model.decoding.DecodeRequest.Score;
import io.headwater.model.kvcache.KvOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A running request as its gateway keeps it: what was asked and what has been told of it. That is all a decoder needs to go on, on whatever nodes.
 * Owned by the gateway.
 */
final class Handed {
    /** Where it is. */
    enum Phase {
        /** It waits for KV memory. */
        ADMISSION,
        /** It has memory and waits for a plan. */
        PLAN,
        /** A decoder has been asked to take it. */
        SUBMITTED,
        /** A decoder has it. */
        RUNNING
    }

    /** What became of an event. */
    enum Heard {
        TOLD,
        REPEATED,
        /** Something between it and the last one is missing. */
        GAP
    }

    private final DecodeRequest asked;
    private final DecodeListener listener;
    private int[] told = new int[16];
    private int toldCount;
    private int scoredTo;
    /** Budget events that have been told. */
    private final List<BudgetEvent> budgets = new ArrayList<>();

    Phase phase = Phase.ADMISSION;
    /** Number of the last handing in; 0 before the first. */
    long number;
    /** A decoder has said that it has this handing in. */
    boolean accepted;
    /** Handings in. */
    int times;
    /** When the phase began. */
    long sinceNanos;
    /** When the phase's message was sent last. */
    long sentNanos;
    /** When it last began to wait for a plan that serves: with the memory that it was granted, or when it no longer ran. */
    long stoppedNanos;

    boolean cancelled;
    /** Breaks without a token between them. */
    int breaks;
    /** When a decoder had no room for it first, without a token since; 0 if none. */
    private long fullSinceNanos;

    private final KvNeed need;

    /** {@code contextLength}: what a request without a limit may come to. */
    Handed(DecodeRequest asked, DecodeListener listener, int contextLength) {
        this.asked = asked;
        this.listener = listener;
        this.need = need(asked, contextLength);
        this.scoredTo = asked instanceof Score score ? score.from() : 0;
    }

    /** From now on it is there. */
    void enter(Phase next) {
        sinceNanos = System.nanoTime();
        sentNanos = sinceNanos;
        if (next == Phase.PLAN && phase != Phase.SUBMITTED) {
            stoppedNanos = sinceNanos;
        }
        phase = next;
    }

    /** It is being handed in under this number. */
    void handedIn(long newNumber) {
        number = newNumber;
        accepted = false;
        times++;
    }

    long session() {
        return asked.session();
    }

    boolean keep() {
        return asked instanceof Generate generate && generate.keep();
    }

    /**
     * The KV entries of a head that it may come to. Without a limit ({@code -n}) it is the whole context. A compressed cache comes to what its policy leaves and
     * what comes in between two change points; where memory is short it may be brought down further, but for a text that is scored.
     */
    KvNeed need() {
        return need;
    }

    private static KvNeed need(DecodeRequest asked, int contextLength) {
        long most = switch (asked) {
            case Generate generate ->
                (long) generate.log().size() + generate.turn().maxTokens() - generate.answered();
            case Score score -> score.log().size();
        };
        if (asked.kv().policy().reconstructs()) {
            most += KvOptions.REPEATED; // in its cache until the reconstruction is over
        }
        int entries = Math.min(
                Math.clamp(most, 1, Math.max(1, contextLength)), asked.kv().reservedEntries(contextLength));
        return asked instanceof Score
                ? KvNeed.whole(entries)
                : new KvNeed(entries, Math.min(entries, asked.kv().leastEntries(contextLength)));
    }

    /** A decoder has had it before: what it was told must not be lost over a passing refusal. */
    boolean resumed() {
        return toldCount > 0 || times > 1 || (asked instanceof Score score && scoredTo > score.from());
    }

    /** How long decoders have had no room for it, without a token since. */
    long fullFor(long now) {
        if (fullSinceNanos == 0) {
            fullSinceNanos = now;
        }
        return now - fullSinceNanos;
    }

    /** The request as it must be handed in now: with what has been told. */
    DecodeRequest next() {
        return switch (asked) {
            case Generate generate when toldCount > 0 || !budgets.isEmpty() -> resumed(generate);
            case Score score
            when scoredTo > score.from() ->
                score.withFrom(
                        Math.max(score.from(), Math.min(scoredTo, score.log().size() - 1)));
            case Generate _, Score _ -> asked;
        };
    }

    private Generate resumed(Generate generate) {
        List<BudgetEvent> all = new ArrayList<>(generate.budgets());
        all.addAll(budgets);
        return generate.told(Arrays.copyOf(told, toldCount)).withBudgets(all);
    }

    DecodeListener listener() {
        return listener;
    }

    /** Tells the client an event that is new to it. */
    Heard hear(DecodeEvent event) {
        return switch (event) {
            case Token token -> token(token);
            case Scored scored -> scored(scored);
            case BudgetChanged changed -> {
                budgets.add(changed.event());
                yield tell(event);
            }
            case Prefilled _, Ended _, Failed _ -> tell(event);
        };
    }

    Heard tell(DecodeEvent event) {
        listener.on(event);
        return Heard.TOLD;
    }

    private Heard token(Token token) {
        int expected = toldCount + (asked instanceof Generate generate ? generate.answered() : 0);
        if (token.index() != expected) {
            return token.index() < expected ? Heard.REPEATED : Heard.GAP;
        }
        if (toldCount == told.length) {
            told = Arrays.copyOf(told, 2 * toldCount);
        }
        told[toldCount++] = token.token();
        breaks = 0;
        fullSinceNanos = 0;
        return tell(token);
    }

    private Heard scored(Scored scored) {
        int known = scoredTo - scored.position();
        int count = scored.logProbabilities().size();
        if (known < 0) {
            return Heard.GAP;
        }
        if (known >= count) {
            return Heard.REPEATED;
        }
        scoredTo = scored.position() + count;
        breaks = 0;
        fullSinceNanos = 0;
        return tell(
                known == 0
                        ? scored
                        : new Scored(
                                scored.position() + known,
                                scored.logProbabilities().subList(known, count)));
    }
}
