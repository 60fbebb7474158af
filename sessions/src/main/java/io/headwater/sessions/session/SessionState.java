/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.session;

import io.headwater.model.decoding.BudgetEvent;
import io.headwater.model.decoding.DecodeRequest;
import io.headwater.model.decoding.PastTurn;
import io.headwater.model.decoding.TokenIds;
import io.headwater.sessions.log.Message;
import io.headwater.sessions.log.SessionEvent;
import io.headwater.sessions.log.SessionEvent.Asked;
import io.headwater.sessions.log.SessionEvent.Budgeted;
import io.headwater.sessions.log.SessionEvent.Opened;
import io.headwater.sessions.log.SessionEvent.Sampled;
import io.headwater.sessions.log.SessionEvent.TurnEnded;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the log says of a session: the same events, in the same order, make the same state, live or after a restart. Owned by its session. */
final class SessionState {
    private final Opened opened;
    private final List<Message> messages = new ArrayList<>();
    private final List<PastTurn> past = new ArrayList<>();
    private final List<BudgetEvent> budgets = new ArrayList<>();
    private final Map<String, KnownTurn> keys = new HashMap<>();
    private int[] tokens = new int[256];
    private int size;
    private int seq = 1;
    private int offset;
    private int turns;
    private @Nullable Running running;

    SessionState(Opened opened) {
        this.opened = opened;
        messages.addAll(opened.history());
    }

    /** A turn that a key stands for. */
    record KnownTurn(int turn, int offset, String digest) {}

    /** The turn at work. {@code promptEnd}: tokens of the session before its answer. */
    private record Running(Asked asked, int promptEnd, StringBuilder text) {}

    void apply(SessionEvent event) {
        seq++;
        switch (event) {
            case Opened _ -> throw new IllegalStateException("a session is opened once");
            case Asked asked -> asked(asked);
            case Sampled sampled -> sampled(sampled);
            case TurnEnded ended -> ended(ended);
            case Budgeted changed -> budgets.add(changed.budget());
        }
    }

    private void asked(Asked asked) {
        if (running != null) {
            throw new IllegalStateException("a turn begins before the last one has ended");
        }
        turns = asked.origin().turn();
        messages.addAll(asked.said());
        for (int i = 0; i < asked.prompt().size(); i++) {
            add(asked.prompt().get(i));
        }
        running = new Running(asked, size, new StringBuilder());
        if (!asked.origin().key().isEmpty()) {
            keys.put(
                    asked.origin().key(),
                    new KnownTurn(turns, offset, asked.origin().digest()));
        }
    }

    private void sampled(Sampled sampled) {
        if (sampled.position() != size) {
            throw new IllegalStateException(
                    "a token of position " + sampled.position() + " follows " + size + " tokens");
        }
        told(sampled.offset());
        turn().text().append(sampled.text());
        add(sampled.token());
    }

    private void ended(TurnEnded ended) {
        told(ended.offset());
        Running turn = turn();
        turn.text().append(ended.text());
        messages.add(new Message("assistant", turn.text().toString()));
        if (size > turn.promptEnd()) {
            past.add(new PastTurn(turn.promptEnd(), size));
        }
        running = null;
    }

    private void told(int at) {
        if (at != offset) {
            throw new IllegalStateException("offset " + at + " follows " + (offset - 1));
        }
        offset++;
    }

    private void add(int token) {
        if (size == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * size);
        }
        tokens[size++] = token;
    }

    private Running turn() {
        if (running == null) {
            throw new IllegalStateException("no turn is at work");
        }
        return running;
    }

    Opened opened() {
        return opened;
    }

    List<Message> messages() {
        return messages;
    }

    /** Where its KV budget has changed. */
    List<BudgetEvent> budgets() {
        return List.copyOf(budgets);
    }

    /** Tokens of all prompts and answers. */
    int size() {
        return size;
    }

    int lastToken() {
        return tokens[size - 1];
    }

    /** Of the next event. */
    int seq() {
        return seq;
    }

    /** Of the next told event. */
    int offset() {
        return offset;
    }

    /** Of the first told event of the answer at work, or else of the next one. */
    int answerOffset() {
        return running == null ? offset : offset - answered();
    }

    /** Turns so far, the one at work included. */
    int turns() {
        return turns;
    }

    boolean running() {
        return running != null;
    }

    /** Tokens of the answer at work. */
    int answered() {
        return size - turn().promptEnd();
    }

    int promptTokens() {
        return turn().asked().prompt().size();
    }

    Optional<KnownTurn> known(String key) {
        return key.isEmpty() ? Optional.empty() : Optional.ofNullable(keys.get(key));
    }

    /** What the decode loop must do for the turn at work, from where it is. */
    DecodeRequest.Generate request(long id) {
        Asked asked = turn().asked();
        return new DecodeRequest.Generate(
                id,
                TokenIds.of(Arrays.copyOf(tokens, size)),
                answered(),
                asked.sampling(),
                asked.seed(),
                asked.options(),
                !opened.plain(),
                opened.kv(),
                past,
                budgets);
    }
}
