/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import io.headwater.model.decoding.BudgetEvent;
import io.headwater.model.decoding.DecodeEvent;
import io.headwater.model.decoding.DecodeListener;
import io.headwater.model.decoding.DecodeRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What a request's listener has heard: tokens with their log-probabilities to the last bit, and the end. */
final class Collected implements DecodeListener {
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final List<Integer> tokens = new CopyOnWriteArrayList<>();
    private final List<BudgetEvent> budgets = new CopyOnWriteArrayList<>();
    private volatile int cached = -1;
    private volatile String end = "";

    @Override
    public void on(DecodeEvent event) {
        switch (event) {
            case DecodeEvent.Token token -> {
                told.add(token.index() + ": " + token.token() + " " + token.logProbability());
                tokens.add(token.token());
            }
            case DecodeEvent.Ended ended -> end = ended.reason() + " " + ended.text();
            case DecodeEvent.Failed failed -> end = failed.toString();
            case DecodeEvent.BudgetChanged changed -> budgets.add(changed.event());
            case DecodeEvent.Prefilled read -> cached = cached < 0 ? read.done() : cached;
            case DecodeEvent.Scored _ -> {}
        }
    }

    boolean ended() {
        return !end.isEmpty();
    }

    /** Tokens that it did not have to read; -1 before it has begun. */
    int cached() {
        return cached;
    }

    List<Integer> tokens() {
        return tokens;
    }

    int count() {
        return tokens.size();
    }

    /** All that was told, in order, and how it ended. */
    List<String> all() {
        List<String> lines = new CopyOnWriteArrayList<>(told);
        lines.add(end);
        return lines;
    }

    /** Budgets that were decided on its way. */
    List<BudgetEvent> budgets() {
        return budgets;
    }

    /** The request with what has been told of its answer. */
    DecodeRequest.Generate goOn(DecodeRequest.Generate asked) {
        return replayed(asked).told(tokens.stream().mapToInt(Integer::intValue).toArray());
    }

    /** The whole request with the budgets that its log has now. */
    DecodeRequest.Generate replayed(DecodeRequest.Generate asked) {
        List<BudgetEvent> all = new ArrayList<>(asked.budgets());
        all.addAll(budgets);
        return asked.withBudgets(all);
    }
}
