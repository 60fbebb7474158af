/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import io.headwater.model.decoding.DecodeEvent.Candidate;
import io.headwater.model.decoding.DecodeEvent.TokenLogProbability;
import io.headwater.model.tokenizer.Tokenizer;
import io.headwater.sessions.log.SessionEvent.Sampled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code logprobs} as OpenAI has them; null where none were asked for.
 *
 * @param top how many of the best tokens are told beside the chosen one
 */
record LogProbabilityFields(Tokenizer tokenizer, int top) {

    /** Of chat completions. */
    @Nullable
    Object chat(List<Sampled> tokens) {
        List<Object> content = new ArrayList<>();
        for (Sampled token : tokens) {
            @Nullable TokenLogProbability told = token.logProbability();
            if (told != null) {
                Map<String, Object> entry = entry(token.token(), told.logProbability());
                entry.put(
                        "top_logprobs",
                        best(told).stream()
                                .map(each -> entry(each.token(), each.logProbability()))
                                .toList());
                content.add(entry);
            }
        }
        return content.isEmpty() ? null : Map.of("content", content);
    }

    private Map<String, Object> entry(int token, double logProbability) {
        Map<String, Object> entry = new LinkedHashMap<>();
        byte[] bytes = tokenizer.bytes(token);
        List<Integer> values = new ArrayList<>();
        for (byte each : bytes) {
            values.add(Byte.toUnsignedInt(each));
        }
        entry.put("id", token);
        entry.put("token", new String(bytes, StandardCharsets.UTF_8));
        entry.put("logprob", logProbability);
        entry.put("bytes", values);
        return entry;
    }

    /** Of text completions. */
    @Nullable
    Object text(List<Sampled> tokens) {
        List<String> texts = new ArrayList<>();
        List<Double> values = new ArrayList<>();
        List<Map<String, Double>> tops = new ArrayList<>();
        for (Sampled token : tokens) {
            @Nullable TokenLogProbability told = token.logProbability();
            if (told != null) {
                texts.add(text(token.token()));
                values.add(told.logProbability());
                Map<String, Double> best = new LinkedHashMap<>();
                best(told).forEach(each -> best.put(text(each.token()), each.logProbability()));
                tops.add(best);
            }
        }
        return texts.isEmpty() ? null : Map.of("tokens", texts, "token_logprobs", values, "top_logprobs", tops);
    }

    private List<Candidate> best(TokenLogProbability told) {
        return told.top().subList(0, Math.min(top, told.top().size()));
    }

    private String text(int token) {
        return new String(tokenizer.bytes(token), StandardCharsets.UTF_8);
    }
}
