/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.decoding.DecodeEvent.BudgetChanged;
import io.headwater.model.decoding.DecodeEvent.Ended;
import io.headwater.model.decoding.DecodeEvent.Failed;
import io.headwater.model.decoding.DecodeEvent.Prefilled;
import io.headwater.model.decoding.DecodeEvent.Scored;
import io.headwater.model.decoding.DecodeEvent.Token;
import io.headwater.model.engine.EngineException;
import java.util.ArrayList;
import java.util.List;

/** A listener that keeps what it hears. */
final class Heard implements DecodeListener {
    private final List<DecodeEvent> events = new ArrayList<>();

    private final List<BudgetEvent> budgets = new ArrayList<>();

    @Override
    public void on(DecodeEvent event) {
        if (event instanceof BudgetChanged changed) {
            budgets.add(changed.event()); // also after the end, of an idle session
            return;
        }
        if (over()) {
            throw new AssertionError(event + " after " + events.getLast());
        }
        events.add(event);
    }

    /** Hands a request in and runs the loop to its end. */
    static Heard run(DecodeLoop loop, DecodeRequest request) throws EngineException {
        Heard heard = new Heard();
        loop.submit(request, heard);
        while (!heard.over() && loop.step()) {}
        return heard;
    }

    boolean over() {
        return !events.isEmpty() && (events.getLast() instanceof Ended || events.getLast() instanceof Failed);
    }

    List<DecodeEvent> events() {
        return events;
    }

    /** What the log learned of budgets, after the end too. */
    List<BudgetEvent> budgets() {
        return budgets;
    }

    List<Prefilled> prefilled() {
        return of(Prefilled.class);
    }

    List<Token> tokens() {
        return of(Token.class);
    }

    TokenIds ids() {
        return TokenIds.of(tokens().stream().mapToInt(Token::token).toArray());
    }

    Ended ended() {
        return (Ended) events.getLast();
    }

    Failed failed() {
        return (Failed) events.getLast();
    }

    String text() {
        StringBuilder text = new StringBuilder();
        tokens().forEach(token -> text.append(token.text()));
        return text.append(ended().text()).toString();
    }

    /** The log-probabilities of a score, in order; they must join. */
    List<Double> scores(int from) {
        List<Double> scores = new ArrayList<>();
        for (Scored part : of(Scored.class)) {
            if (part.position() != from + scores.size()) {
                throw new AssertionError(part.position() + " follows " + (from + scores.size()));
            }
            scores.addAll(part.logProbabilities());
        }
        return scores;
    }

    private <T> List<T> of(Class<T> type) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }
}
