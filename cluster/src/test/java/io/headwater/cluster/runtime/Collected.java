/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import io.headwater.model.decoding.DecodeEvent;
import io.headwater.model.decoding.DecodeListener;
import io.headwater.model.decoding.DecodeRequest;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What a request's listener has heard: tokens with their log-probabilities to the last bit, and the end. */
final class Collected implements DecodeListener {
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final List<Integer> tokens = new CopyOnWriteArrayList<>();
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
            case DecodeEvent.Prefilled _, DecodeEvent.Scored _, DecodeEvent.BudgetChanged _ -> {}
        }
    }

    boolean ended() {
        return !end.isEmpty();
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

    /** The request with what has been told of its answer. */
    DecodeRequest.Generate goOn(DecodeRequest.Generate asked) {
        return asked.told(tokens.stream().mapToInt(Integer::intValue).toArray());
    }
}
