/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.decode;

import io.headwater.model.decoding.DecodeEvent;
import java.util.ArrayList;
import java.util.List;

/**
 * A chosen token and its rivals, by the raw logits. JSON: {@code {"token":260,"logprob":-0.12,"top":[[260,-0.12],[253,-2.5]]}}.
 *
 * @param top pairs of token and log-probability, falling
 */
public record TokenLogProbability(int token, double logprob, List<List<Number>> top) {
    public TokenLogProbability {
        top = List.copyOf(top);
    }

    static TokenLogProbability of(int token, DecodeEvent.TokenLogProbability told) {
        List<List<Number>> top = new ArrayList<>();
        for (DecodeEvent.Candidate rival : told.top()) {
            top.add(List.of(rival.token(), rival.logProbability()));
        }
        return new TokenLogProbability(token, told.logProbability(), top);
    }
}
