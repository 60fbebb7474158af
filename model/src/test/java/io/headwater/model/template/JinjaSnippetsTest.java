/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Hundreds of one-line templates: the same text as Jinja2, or an error where Jinja2 has one. */
class JinjaSnippetsTest {
    private static final Clock NOW = Clock.fixed(Instant.parse("2024-07-26T09:05:03Z"), ZoneOffset.UTC);

    @TestFactory
    Stream<DynamicTest> rendersAsJinja2OrRefusesAsJinja2() {
        Map<String, Object> variables = Cases.variables(Cases.json(Cases.text("/template/snippet-variables.json")));
        return Cases.lines("/template/snippets.jsonl").stream()
                .map(line -> DynamicTest.dynamicTest("template " + line.get("template"), () -> check(line, variables)));
    }

    private static void check(JsonNode line, Map<String, Object> variables) throws TemplateException {
        String template = line.get("template").asText();

        if (line.has("refused")) {
            assertThatThrownBy(() -> ChatTemplate.parse(template).render(variables, NOW))
                    .isInstanceOf(TemplateException.class)
                    .hasMessageMatching("(?s)chat template line \\d+: .+");
        } else {
            assertThat(ChatTemplate.parse(template).render(variables, NOW))
                    .isEqualTo(line.get("expected").asText());
        }
    }
}
