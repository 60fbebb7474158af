/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import io.headwater.model.decoding.DecodeEvent.TokenLogProbability;
import io.headwater.sessions.log.SessionEvent.Sampled;
import io.headwater.sessions.log.SessionEvent.Told;
import io.headwater.sessions.log.SessionEvent.TurnEnded;
import io.headwater.sessions.log.SessionEvent.TurnProblem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** A session's told events as {@code GET /v1/sessions/{id}/tokens} tells them: one for each token, {@code event: done} at a turn's end. */
final class TokenEvents {
    private TokenEvents() {}

    /** One event. */
    static ByteString encode(Told told) {
        StringBuilder out = new StringBuilder();
        switch (told) {
            case Sampled token -> ServerSentEvents.write(out, token.offset(), "", token(token));
            case TurnEnded ended -> ServerSentEvents.write(out, ended.offset(), "done", done(ended));
        }
        return ByteString.fromString(out.toString());
    }

    private static Map<String, Object> token(Sampled token) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("offset", token.offset());
        data.put("token", token.token());
        data.put("text", token.text());
        data.put("position", token.position());
        @Nullable TokenLogProbability logProbability = token.logProbability();
        if (logProbability != null) {
            data.put("logprob", logProbability.logProbability());
            data.put(
                    "top",
                    logProbability.top().stream()
                            .map(each -> List.of(each.token(), each.logProbability()))
                            .toList());
        }
        return data;
    }

    private static Map<String, Object> done(TurnEnded ended) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("offset", ended.offset());
        data.put("finish_reason", ended.reason());
        data.put("text", ended.text());
        data.put("usage", UsageFields.of(ended.usage()));
        data.put("timings", UsageFields.timings(ended.usage()));
        if (!ended.problem().equals(TurnProblem.NONE)) {
            data.putAll(Outcomes.error(ended.problem()).body());
        }
        return data;
    }
}
