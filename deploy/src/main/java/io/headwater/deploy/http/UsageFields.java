/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import io.headwater.sessions.log.Usage;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a turn took, as OpenAI ({@code usage}) and llama.cpp ({@code timings}) tell it. */
final class UsageFields {
    private static final double MILLIS = 1000;

    private UsageFields() {}

    static Map<String, Object> of(Usage usage) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("prompt_tokens", usage.promptTokens());
        fields.put("completion_tokens", usage.completionTokens());
        fields.put("total_tokens", usage.promptTokens() + usage.completionTokens());
        fields.put("prompt_tokens_details", Map.of("cached_tokens", usage.cachedPromptTokens()));
        return fields;
    }

    static Map<String, Object> timings(Usage usage) {
        Map<String, Object> fields = new LinkedHashMap<>();
        int decoded = Math.max(0, usage.completionTokens() - 1); // the first comes with the prompt's last step
        fields.put("cache_n", usage.cachedTokens());
        fields.put("prompt_n", usage.promptTokens());
        fields.put("prompt_ms", usage.promptMillis());
        fields.put("prompt_per_second", perSecond(usage.promptTokens(), usage.promptMillis()));
        fields.put("predicted_n", usage.completionTokens());
        fields.put("predicted_ms", usage.completionMillis());
        fields.put("predicted_per_second", perSecond(decoded, usage.completionMillis()));
        return fields;
    }

    private static double perSecond(int tokens, double millis) {
        return millis > 0 ? tokens * MILLIS / millis : 0;
    }
}
