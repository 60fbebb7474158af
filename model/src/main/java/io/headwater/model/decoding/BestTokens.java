/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.decoding.DecodeEvent.Candidate;
import io.headwater.model.decoding.DecodeEvent.TokenLogProbability;
import io.headwater.model.sampling.LogProbabilities;
import java.util.ArrayList;
import java.util.List;

/** Rows of log-probabilities as clients are told them. */
final class BestTokens {
    private BestTokens() {}

    static TokenLogProbability of(int token, LogProbabilities row) {
        return new TokenLogProbability(row.of(token), top(row));
    }

    static List<Candidate> top(LogProbabilities row) {
        List<Candidate> top = new ArrayList<>(row.topCount());
        for (int rank = 0; rank < row.topCount(); rank++) {
            top.add(new Candidate(row.topToken(rank), row.topLogit(rank), row.topLogProbability(rank)));
        }
        return top;
    }
}
