/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Templates in the style of the model families, over conversations of every shape: the same prompt as Jinja2, or the same refusal. */
class ModelTemplatesTest {
    private static final Clock NOW = Clock.fixed(Instant.parse("2024-07-26T09:05:03Z"), ZoneOffset.UTC);
    private static final JsonNode SHARED = Cases.json(Cases.text("/template/conversations.json"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gemma2",
                "gemma3",
                "llama2",
                "llama3",
                "llama3-tools",
                "macros",
                "mistral-v1",
                "mistral-v3-tools",
                "phi3",
                "phi4",
                "qwen25",
                "qwen3",
                "zephyr"
            })
    void givesThePromptsOfJinja2(String family) throws TemplateException {
        ChatTemplate template = ChatTemplate.parse(Cases.text("/template/" + family + "/template.jinja"));
        List<JsonNode> cases = Cases.lines("/template/" + family + "/cases.jsonl");

        assertThat(cases).hasSizeGreaterThan(30);
        for (JsonNode line : cases) {
            Map<String, Object> variables = variables(line);
            if (line.has("expected")) {
                assertThat(template.render(variables, NOW))
                        .as(line.toString())
                        .isEqualTo(line.get("expected").asText());
            } else {
                TemplateException refusal =
                        catchThrowableOfType(TemplateException.class, () -> template.render(variables, NOW));
                assertThat(refusal).as(line.toString()).isNotNull();
                assertThat(refusal.raisedByTemplate())
                        .isEqualTo(line.get("raised").asBoolean());
                if (refusal.raisedByTemplate()) {
                    assertThat(refusal).hasMessageEndingWith(line.get("refused").asText());
                }
            }
        }
    }

    private static Map<String, Object> variables(JsonNode line) {
        Map<String, Object> variables = Cases.variables(line.get("more"));
        Map<String, Object> shared = Cases.variables(SHARED);
        Map<String, Object> conversations = Cases.variables(SHARED.get("conversations"));
        variables.put("messages", conversations.get(line.get("conversation").asText()));
        variables.put("tools", line.get("tools").isEmpty() ? null : new ArrayList<>((List<?>) shared.get("tools")));
        variables.put("documents", null);
        variables.put("add_generation_prompt", line.get("add_generation_prompt").asBoolean());
        variables.put("bos_token", shared.get("bos_token"));
        variables.put("eos_token", shared.get("eos_token"));
        return variables;
    }
}
