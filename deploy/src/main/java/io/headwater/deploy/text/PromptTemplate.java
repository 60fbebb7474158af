/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.UserError;
import io.headwater.model.template.ChatTemplate;
import io.headwater.model.template.TemplateException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A chat template that is fed with JSON. */
final class PromptTemplate {
    private final ChatTemplate template;
    private final Map<String, String> specialTokens;

    PromptTemplate(String source, Map<String, String> specialTokens) {
        this.specialTokens = Map.copyOf(specialTokens);
        try {
            template = ChatTemplate.parse(source);
        } catch (TemplateException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }

    /** The prompt of a JSON list of messages. */
    String render(JsonNode messages, boolean addGenerationPrompt, @Nullable JsonNode tools) {
        check(messages);
        Map<String, @Nullable Object> variables = new HashMap<>(specialTokens);
        variables.put("messages", plain(messages));
        variables.put("tools", tools == null ? null : plain(tools));
        variables.put("documents", null);
        variables.put("add_generation_prompt", addGenerationPrompt);
        try {
            return template.render(variables);
        } catch (TemplateException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }

    private static Object plain(JsonNode node) {
        return Json.mapper().convertValue(node, Object.class);
    }

    private static void check(JsonNode messages) {
        if (!messages.isArray()) {
            throw new UserError("\"messages\" must be a list of {\"role\":…,\"content\":…}");
        }
        for (int i = 0; i < messages.size(); i++) {
            if (!messages.get(i).path("role").isTextual()) {
                throw new UserError("message " + i + " has no \"role\": write {\"role\":\"user\",\"content\":…}");
            }
        }
    }
}
