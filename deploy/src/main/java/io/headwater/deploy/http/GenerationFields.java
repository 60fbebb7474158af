/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.model.generation.TurnOptions;
import io.headwater.model.sampling.SamplingOptions;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How an answer is drawn and when it ends, as OpenAI and llama.cpp name it. What they ignore is ignored; what would change the answer and is not done is a 400. */
final class GenerationFields {
    /** Two names of one thing; where both are given, the first counts. */
    static final List<String> TOKEN_LIMITS = List.of("max_completion_tokens", "max_tokens");

    private static final int MOST_STOPS = 16;
    private static final int MOST_LOGPROBS = 20;

    private final Fields fields;

    GenerationFields(Fields fields) {
        this.fields = fields;
        for (String count : List.of("n", "best_of")) {
            if (fields.whole(count).orElse(1) != 1) {
                throw ApiError.value(count, "one answer for each request: leave " + count + " out or give 1");
            }
        }
        for (String undone : List.of("tools", "functions")) {
            fields.node(undone)
                    .filter(value -> !(value.isArray() && value.isEmpty()))
                    .ifPresent(_ -> {
                        throw ApiError.bad(
                                undone, "unsupported_parameter", undone + " are not supported: leave them out");
                    });
        }
        fields.node("response_format")
                .filter(format -> !format.path("type").asText().equals("text"))
                .ifPresent(format -> {
                    throw ApiError.bad(
                            "response_format",
                            "unsupported_parameter",
                            "response_format " + format
                                    + " is not supported: leave it out, or give {\"type\":\"text\"}");
                });
    }

    /** {@code logprobs}: of how many tokens the log-probabilities are told; 0 for none. */
    SamplingOptions sampling(int logprobs) {
        try {
            return SamplingOptions.builder()
                    .temperature(fields.number("temperature", 1))
                    .topK(fields.whole("top_k").orElse(0))
                    .topP(fields.number("top_p", 1))
                    .minP(fields.number("min_p", 0))
                    .repeatPenalty(fields.number("repeat_penalty", 1))
                    .presencePenalty(fields.number("presence_penalty", 0))
                    .frequencyPenalty(fields.number("frequency_penalty", 0))
                    .logitBias(logitBias())
                    .logprobs(logprobs)
                    .build();
        } catch (IllegalArgumentException e) {
            throw ApiError.value(param(e), String.valueOf(e.getMessage()));
        }
    }

    /** The message begins with the option's name. */
    private static String param(IllegalArgumentException refused) {
        String name = String.valueOf(refused.getMessage()).split("=", 2)[0].toLowerCase(Locale.ROOT);
        return name.startsWith("logit bias") ? "logit_bias" : name.replace('-', '_');
    }

    private Map<Integer, Float> logitBias() {
        @Nullable JsonNode biases = fields.node("logit_bias").orElse(null);
        Map<Integer, Float> read = new HashMap<>();
        if (biases == null) {
            return read;
        }
        if (!biases.isObject()) {
            throw ApiError.bad("logit_bias", "invalid_type", "logit_bias must be an object: token id to bias");
        }
        biases.properties().forEach(each -> {
            try {
                if (!each.getValue().isNumber()) {
                    throw ApiError.bad(
                            "logit_bias", "invalid_type", "the bias of token " + each.getKey() + " must be a number");
                }
                read.put(Integer.parseInt(each.getKey()), each.getValue().floatValue());
            } catch (NumberFormatException e) {
                throw ApiError.bad("logit_bias", "invalid_type", "logit_bias: '" + each.getKey() + "' is no token id");
            }
        });
        return read;
    }

    /** The turn's, or else what the caller says. */
    Optional<Long> seed() {
        return fields.seed("seed");
    }

    TurnOptions turn(int otherwise) {
        String name = TOKEN_LIMITS.stream().filter(fields::has).findFirst().orElse("max_tokens");
        try {
            return new TurnOptions(
                    fields.whole(name).orElse(otherwise),
                    fields.strings("stop", MOST_STOPS),
                    fields.flag("ignore_eos", false));
        } catch (IllegalArgumentException e) {
            String message = String.valueOf(e.getMessage());
            throw ApiError.value(message.startsWith("number") ? name : "stop", message);
        }
    }

    /** {@code logprobs: true} and {@code top_logprobs}, as chat completions have them. */
    int chatLogprobs() {
        boolean wanted = fields.flag("logprobs", false);
        int top = fields.whole("top_logprobs").orElse(0);
        if (top < 0 || top > MOST_LOGPROBS) {
            throw ApiError.value("top_logprobs", "top_logprobs=" + top + ": use a number from 0 to " + MOST_LOGPROBS);
        }
        if (top > 0 && !wanted) {
            throw ApiError.value("top_logprobs", "top_logprobs needs logprobs: true");
        }
        return wanted ? Math.max(1, top) : 0;
    }

    /** {@code logprobs: N}, as text completions have them. */
    int textLogprobs() {
        int top = fields.whole("logprobs").orElse(-1);
        if (top > MOST_LOGPROBS || top < -1) {
            throw ApiError.value("logprobs", "logprobs=" + top + ": use a number from 0 to " + MOST_LOGPROBS);
        }
        return top < 0 ? 0 : Math.max(1, top);
    }
}
