/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.session;

import io.headwater.model.decoding.TokenIds;
import io.headwater.model.generation.TurnOptions;
import io.headwater.model.sampling.SamplingOptions;
import io.headwater.sessions.log.Message;
import java.util.List;

/**
 * What a client says, and how it wants the answer.
 *
 * @param said messages, of which the model's template makes the prompt; none: {@code prompt} is the prompt
 * @param key Idempotency-Key; empty for none
 * @param digest of the whole request; empty for none
 */
public record TurnRequest(
        List<Message> said,
        TokenIds prompt,
        SamplingOptions sampling,
        long seed,
        TurnOptions options,
        String key,
        String digest) {
    public TurnRequest {
        said = List.copyOf(said);
    }
}
