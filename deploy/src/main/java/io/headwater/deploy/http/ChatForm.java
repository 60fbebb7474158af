/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import io.headwater.sessions.log.SessionEvent.Sampled;
import io.headwater.sessions.log.SessionEvent.TurnEnded;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code chat.completion}. */
final class ChatForm implements CompletionForm {
    private final LogProbabilityFields logProbabilities;

    ChatForm(LogProbabilityFields logProbabilities) {
        this.logProbabilities = logProbabilities;
    }

    @Override
    public String prefix() {
        return "chatcmpl-";
    }

    @Override
    public String object(boolean chunk) {
        return chunk ? "chat.completion.chunk" : "chat.completion";
    }

    @Override
    public Optional<Map<String, Object>> opening() {
        return Optional.of(choice("delta", Map.of("role", "assistant", "content", ""), null, null));
    }

    @Override
    public Map<String, Object> piece(List<Sampled> tokens, String text) {
        return choice("delta", Map.of("content", text), logProbabilities.chat(tokens), null);
    }

    @Override
    public Map<String, Object> last(TurnEnded end) {
        Map<String, Object> delta = end.text().isEmpty() ? Map.of() : Map.of("content", end.text());
        return choice("delta", delta, null, end.reason());
    }

    @Override
    public Map<String, Object> whole(List<Sampled> tokens, String text, TurnEnded end) {
        return choice(
                "message", Map.of("role", "assistant", "content", text), logProbabilities.chat(tokens), end.reason());
    }

    private static Map<String, Object> choice(
            String name, Map<String, Object> content, @Nullable Object logProbabilities, @Nullable String reason) {
        Map<String, @Nullable Object> choice = new LinkedHashMap<>();
        choice.put("index", 0);
        choice.put(name, content);
        choice.put("logprobs", logProbabilities);
        choice.put("finish_reason", reason);
        return choice;
    }
}
