/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template;

import io.headwater.model.template.library.Globals;
import io.headwater.model.template.python.Fault;
import io.headwater.model.template.python.Limits;
import io.headwater.model.template.python.Values;
import io.headwater.model.template.syntax.Statement;
import io.headwater.model.template.syntax.StatementParser;
import java.time.Clock;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A parsed chat template. Immutable; any thread may render it. */
public final class ChatTemplate {
    private final List<Statement> statements;

    private ChatTemplate(List<Statement> statements) {
        this.statements = statements;
    }

    /** Parses a template as it stands in {@code tokenizer.chat_template}; throws for what is not Jinja or not supported. */
    public static ChatTemplate parse(String source) throws TemplateException {
        try {
            Limits.text(source.length());
            return new ChatTemplate(StatementParser.parse(source));
        } catch (Fault fault) {
            throw new TemplateException(Math.max(1, fault.line()), fault);
        }
    }

    /**
     * The prompt for a conversation, with what transformers passes when nothing else is given: no tools, no documents.
     *
     * @param specialTokens such as {@code bos_token} and {@code eos_token} with their texts
     */
    public String render(
            List<? extends Map<String, ?>> messages, boolean addGenerationPrompt, Map<String, String> specialTokens)
            throws TemplateException {
        Map<String, Object> variables = new LinkedHashMap<>(specialTokens);
        variables.put("messages", messages);
        variables.put("tools", null);
        variables.put("documents", null);
        variables.put("add_generation_prompt", addGenerationPrompt);
        return render(variables);
    }

    /** The prompt for these variables (JSON-like values: null, Boolean, Number, String, List, Map with string keys) at the system's time. */
    public String render(Map<String, ?> variables) throws TemplateException {
        return render(variables, Clock.system(ZoneId.systemDefault()));
    }

    /** As {@link #render(Map)}, with the clock (and its zone) that {@code strftime_now} reads. */
    public String render(Map<String, ?> variables, Clock clock) throws TemplateException {
        Budget budget = new Budget();
        try {
            Scope root = new Scope(null);
            variables.forEach((name, value) -> root.set(name, Values.of(value, name)));
            return new Renderer(new Globals(clock), budget).run(statements, root);
        } catch (Fault fault) {
            throw new TemplateException(fault.line() > 0 ? fault.line() : budget.line(), fault);
        } catch (StackOverflowError tooDeep) {
            // code and the caller's data have counted depths; this is data that the template nested in a loop, and
            // nothing is left half-done
            throw new TemplateException(budget.line(), Fault.of("lists or dicts are nested too deeply"));
        }
    }
}
