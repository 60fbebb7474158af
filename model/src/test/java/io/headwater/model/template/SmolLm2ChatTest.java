/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SmolLm2ChatTest {
    @Test
    void everyGoldenConversationGivesItsPrompt() throws TemplateException {
        ChatTemplate template = ChatTemplate.parse(Cases.text("/template/smollm2/template.jinja"));
        List<JsonNode> lines = Cases.lines("/golden/smollm2/chat.jsonl");

        assertThat(lines).hasSizeGreaterThan(10);
        for (JsonNode line : lines) {
            Map<String, Object> variables = new LinkedHashMap<>(Cases.variables(line));
            variables.keySet().retainAll(List.of("messages", "add_generation_prompt"));

            assertThat(template.render(variables)).isEqualTo(line.get("prompt").asText());
        }
    }

    @Test
    void aListOfMessagesIsEnoughToRenderAPrompt() throws TemplateException {
        ChatTemplate template = ChatTemplate.parse(Cases.text("/template/smollm2/template.jinja"));
        ChatMessages messages = new ChatMessages().system("Short.").user("Hi");

        String prompt = template.render(messages.list(), true, Map.of("bos_token", "<|im_start|>"));

        assertThat(prompt).isEqualTo("""
                        <|im_start|>system
                        Short.<|im_end|>
                        <|im_start|>user
                        Hi<|im_end|>
                        <|im_start|>assistant
                        """);
    }
}
