/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import io.headwater.sessions.log.SessionEvent.Sampled;
import io.headwater.sessions.log.SessionEvent.TurnEnded;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code text_completion}. */
final class TextForm implements CompletionForm {
    private final LogProbabilityFields logProbabilities;

    TextForm(LogProbabilityFields logProbabilities) {
        this.logProbabilities = logProbabilities;
    }

    @Override
    public String prefix() {
        return "cmpl-";
    }

    @Override
    public String object(boolean chunk) {
        return "text_completion";
    }

    @Override
    public Optional<Map<String, Object>> opening() {
        return Optional.empty();
    }

    @Override
    public Map<String, Object> piece(List<Sampled> tokens, String text) {
        return choice(text, logProbabilities.text(tokens), null);
    }

    @Override
    public Map<String, Object> last(TurnEnded end) {
        return choice(end.text(), null, end.reason());
    }

    @Override
    public Map<String, Object> whole(List<Sampled> tokens, String text, TurnEnded end) {
        return choice(text, logProbabilities.text(tokens), end.reason());
    }

    private static Map<String, Object> choice(String text, @Nullable Object logProbabilities, @Nullable String reason) {
        Map<String, @Nullable Object> choice = new LinkedHashMap<>();
        choice.put("text", text);
        choice.put("index", 0);
        choice.put("logprobs", logProbabilities);
        choice.put("finish_reason", reason);
        return choice;
    }
}
