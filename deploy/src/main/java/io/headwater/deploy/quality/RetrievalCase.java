/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.quality;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.deploy.cli.UserError;

/**
 * A text with something hidden in it, a question at its end, and the answer.
 *
 * @param length the class of cases that it is counted with; 0: none is named
 * @param question index of the question's first character
 */
record RetrievalCase(String id, int length, String prompt, int question, String answer) {
    static RetrievalCase of(JsonNode line) {
        String prompt = text(line, "prompt");
        return new RetrievalCase(
                line.path("id").asText(),
                line.path("length").asInt(),
                prompt,
                question(line, prompt),
                text(line, "answer"));
    }

    private static String text(JsonNode line, String field) {
        if (!line.path(field).isTextual() || line.path(field).asText().isEmpty()) {
            throw new UserError("a case needs \"" + field + "\", a string that is not empty");
        }
        return line.path(field).asText();
    }

    /** Where {@code context_chars} says, or else the last line of the last user's message. */
    private static int question(JsonNode line, String prompt) {
        int at = line.path("context_chars").asInt(-1);
        for (JsonNode message : line.path("messages")) {
            if (at < 0 || line.path("context_chars").isMissingNode()) {
                String content = message.path("content").asText().strip();
                String last = content.substring(content.lastIndexOf('\n') + 1);
                at = message.path("role").asText().equals("user") ? prompt.lastIndexOf(last) : at;
            }
        }
        if (at <= 0 || at > prompt.length()) {
            throw new UserError(
                    "a case needs \"context_chars\", or \"messages\" whose last user's message is in the prompt");
        }
        return at;
    }
}
