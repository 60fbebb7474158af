/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.math.BigInteger;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatTemplateTest {
    private static String render(String template, Map<String, ?> variables) throws TemplateException {
        return ChatTemplate.parse(template).render(variables);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            value = {
                "{% include 'x' %} ! the tag {% include %}",
                "{% extends 'x' %} ! the tag {% extends %}",
                "{% block x %}{% endblock %} ! the tag {% block %}",
                "{% do x %} ! the tag {% do %}",
                "{% autoescape true %}{% endautoescape %} ! the tag {% autoescape %}",
                "{% for x in [] recursive %}{% endfor %} ! a recursive loop",
                "{{ 'a%s' % 1 }} ! formatting a string with %",
                "{{ '{}'.format(1) }} ! attribute 'format' of 'str'",
                "{{ 'a' | center }} ! the filter 'center'",
                "{{ 'a' | escape }} ! the filter 'escape'",
                "{{ [1] | groupby('x') }} ! the filter 'groupby'",
                "{{ 1 is escaped }} ! the test 'escaped'",
                "{{ lipsum() }} ! the function 'lipsum'",
                "{{ joiner() }} ! the function 'joiner'",
                "{{ dict(*[1]) }} ! the argument *…",
                "{{ dict(**{}) }} ! the argument **…",
                "{{ 9223372036854775807 + 1 }} ! an integer of more than 64 bits",
                "{{ 9223372036854775808 }} ! an integer of more than 64 bits",
                "{{ strftime_now('%c') }} ! strftime_now with %c",
                "{{ '\\N{DASH}' }} ! the string escape \\N",
                "{{ {1.5: 2} }} ! a dict key of type float",
                "{{ ('a'|safe)|upper }} ! the filter 'upper' after 'safe'"
            })
    void namesWhatItDoesNotSupport(String template, String what) {
        assertThatThrownBy(() -> render(template, Map.of()))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("line 1: " + what)
                .hasMessageContaining("is not supported");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ [1]|map('upper') }}",
                "{{ [1]|reverse }}",
                "{{ namespace(a=1) }}",
                "{{ range }}",
                "{% for x in [1] %}{{ loop }}{% endfor %}",
                "{{ 'a'.upper }}"
            })
    void refusesToPrintWhatPythonWouldPrintAsAnAddress(String template) {
        assertThatThrownBy(() -> render(template, Map.of()))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("gives no text for a prompt");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            value = {
                "'\n\n{{ a.b }}' ! 3",
                "'{{ 1 }}\n{% if true %}\n{{ 1 +\n }}{% endif %}' ! 4",
                "'{# a\nb #}\n{{ x.y }}' ! 3",
                "'{% macro m(x) %}\n{{ x.y }}{% endmacro %}\n\n{{ m() }}' ! 2",
                "'{{ [1,\n2,\n3]|nosuch }}' ! 3",
                "'a\r\nb\r\n{% nosuch %}' ! 3",
                "'\n{% if true %}' ! 2",
                "'{% raw %}\n\n{% endraw %}\n{{ ! }}' ! 4"
            })
    void saysInWhichLine(String template, int line) {
        assertThatThrownBy(() -> render(template, Map.of()))
                .isInstanceOf(TemplateException.class)
                .hasMessageStartingWith("chat template line " + line + ": ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
                "{% for a in range(100000) %}{{ 'x' * 1000 }}{% endfor %}",
                "{{ 'x' * 10000000000 }}",
                "{{ 'x' * 9223372036854775807 }}",
                "{{ ('x' * 10000)|replace('x', 'y' * 10000) }}",
                "{{ [1] * 100000000 }}",
                "{% set ns = namespace(x=[1]) %}{% for a in range(100) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
                "{% set ns = namespace(x='a') %}{% for a in range(100) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
                "{% set ns = namespace(x=[]) %}{% for a in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}",
                "{% set ns = namespace(x=[]) %}{% for a in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x|tojson }}",
                "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
                "{{ 'a'|indent(1000000000) }}",
                "{{ [1]|tojson(indent=1000000000) }}",
                "{{ 10 ** 1000000000 }}"
            })
    void staysWithinItsBounds(String template) {
        assertThatThrownBy(() -> render(template, Map.of())).isInstanceOf(TemplateException.class);
    }

    @Test
    void deepNestingIsAnErrorAndNotAStackOverflow() {
        for (String template : List.of(
                "{{ " + "(".repeat(10_000) + "1" + ")".repeat(10_000) + " }}",
                "{{ " + "[".repeat(10_000),
                "{{ " + "-".repeat(10_000) + "1 }}",
                "{{ " + "not ".repeat(10_000) + "1 }}",
                "{{ 1" + " + 1".repeat(10_000) + " }}",
                "{{ x" + "|trim".repeat(10_000) + " }}",
                "{{ x" + "[0]".repeat(10_000) + " }}",
                "{{ 1" + " if 1 else 1".repeat(10_000) + " }}",
                "{% if 1 %}".repeat(10_000),
                "{% set ns = namespace(x=[]) %}{% for a in range(100000) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}",
                "{% set ns = namespace(x=[]) %}{% for a in range(100000) %}{% set ns.x = [ns.x] %}{% endfor %}"
                        + "{{ ns.x == [ns.x] }}")) {
            assertThatThrownBy(() -> render(template, Map.of())).isInstanceOf(TemplateException.class);
        }
    }

    @Test
    void longTextBetweenTagsAndManyMessagesAreFine() throws TemplateException {
        List<Map<String, Object>> messages = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            messages.add(ChatMessages.message("user", "message " + i));
        }

        String prompt = render(
                "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}", Map.of("messages", messages));

        assertThat(prompt.lines()).hasSize(10_000).last().isEqualTo("user: message 9999");
    }

    @Test
    void takesEveryJsonLikeValue() throws TemplateException {
        Map<String, Object> variables = new HashMap<>();
        variables.put(
                "v",
                java.util.Arrays.asList(
                        1, 2L, (short) 3, 1.5f, 2.5, null, true, 'c', BigInteger.TEN, Map.of("k", List.of())));

        assertThat(render("{{ v }}", variables)).isEqualTo("[1, 2, 3, 1.5, 2.5, None, True, 'c', 10, {'k': []}]");
    }

    @Test
    void namesAVariableOfAForeignType() {
        assertThatThrownBy(() -> render("", Map.of("messages", List.of(Map.of("content", new Object())))))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("messages[0].content is a java.lang.Object");
    }

    @Test
    void dataThatContainsItselfIsAnError() {
        List<Object> endless = new ArrayList<>();
        endless.add(endless);

        assertThatThrownBy(() -> render("", Map.of("x", endless)))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("nested deeper than");
    }

    @Test
    void theTemplatesOwnRefusalIsMarked() {
        TemplateException refusal = catchThrowableOfType(
                TemplateException.class, () -> render("{{ raise_exception('Roles must alternate') }}", Map.of()));

        assertThat(refusal.raisedByTemplate()).isTrue();
        assertThat(refusal).hasMessage("chat template line 1: Roles must alternate");
    }

    @Test
    void timeIsThatOfTheClockAndItsZone() throws TemplateException {
        Clock clock = Clock.fixed(Instant.parse("2025-12-31T23:30:00Z"), ZoneId.of("Europe/Zurich"));

        String date = ChatTemplate.parse("{{ strftime_now('%d %b %Y %H:%M') }}").render(Map.of(), clock);

        assertThat(date).isEqualTo("01 Jan 2026 00:30");
    }

    @Test
    void oneRenderingLeavesNothingToTheNext() throws TemplateException {
        ChatTemplate template = ChatTemplate.parse("{{ x is defined }}{% set x = 1 %}{{ n.a }}{% set n.a = 2 %}");

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> template.render(Map.of())).isInstanceOf(TemplateException.class);
        }
        ChatTemplate again = ChatTemplate.parse("{{ x is defined }}{% set x = 1 %}");
        assertThat(again.render(Map.of()) + again.render(Map.of())).isEqualTo("FalseFalse");
    }
}
