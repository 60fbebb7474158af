/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.prompt;

import io.headwater.model.template.ChatMessages;
import io.headwater.model.template.ChatTemplate;
import io.headwater.model.template.TemplateException;
import io.headwater.model.tokenizer.Tokenizer;
import io.headwater.sessions.log.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Makes token ids of texts and conversations as one model writes them. */
public final class Prompts {
    /** Stands for an answer where only what follows it is of interest: invisible separators, which no template changes. */
    private static final String MARKER = "\u2063answer\u2063";

    private final Tokenizer tokenizer;
    private final Optional<ChatTemplate> template;
    private final Map<String, String> specialTokens;

    /** Without a template there are no conversations, only texts. */
    public Prompts(Tokenizer tokenizer, Optional<ChatTemplate> template) {
        this.tokenizer = tokenizer;
        this.template = template;
        Map<String, String> special = new LinkedHashMap<>();
        put(special, "bos_token", tokenizer.bos());
        put(special, "eos_token", tokenizer.eos());
        this.specialTokens = Map.copyOf(special);
    }

    private void put(Map<String, String> special, String name, OptionalInt id) {
        id.ifPresent(token -> special.put(name, tokenizer.text(token)));
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /** The ids of a whole prompt: special tokens parsed, and the model's BOS where it wants one and the text has none. */
    public int[] text(String prompt) {
        int[] ids = tokenizer.encode(prompt, true);
        int bos = tokenizer.addBos() ? tokenizer.bos().orElse(-1) : -1;
        if (bos < 0 || (ids.length > 0 && ids[0] == bos)) {
            return ids;
        }
        int[] begun = new int[ids.length + 1];
        begun[0] = bos;
        System.arraycopy(ids, 0, begun, 1, ids.length);
        return begun;
    }

    /** The ids of a conversation that nothing has been read of. */
    public int[] conversation(List<Message> messages) throws PromptException {
        return text(render(messages, true));
    }

    /**
     * The ids that new messages add to a conversation whose last message is an answer: what closes that answer, then what the template adds after the
     * history. The history's ids are never made again.
     *
     * @param lastToken of the session's log: an end token that the model gave itself is not given again
     * @throws PromptException if the template writes the history in another way when there is more after it
     */
    public int[] added(List<Message> history, List<Message> more, int lastToken) throws PromptException {
        List<Message> all = new ArrayList<>(history);
        all.addAll(more);
        String before = render(history, false);
        String prompt = render(all, true);
        if (!prompt.startsWith(before)) {
            throw unstable();
        }
        String added = closing(history, lastToken) + prompt.substring(before.length());
        return tokenizer.encode(added, true);
    }

    private String closing(List<Message> history, int lastToken) throws PromptException {
        List<Message> probe = new ArrayList<>(history.subList(0, history.size() - 1));
        probe.add(new Message(history.getLast().role(), MARKER));
        String rendered = render(probe, false);
        int at = rendered.lastIndexOf(MARKER);
        if (at < 0) {
            throw unstable();
        }
        String closing = rendered.substring(at + MARKER.length());
        String end = tokenizer.isEndOfGeneration(lastToken) ? tokenizer.text(lastToken) : "";
        return closing.startsWith(end) ? closing.substring(end.length()) : closing;
    }

    private static PromptException unstable() {
        return new PromptException(
                "this model's chat template has no stable suffix: it writes earlier messages in another way when"
                        + " one is added, so a session cannot go on; send the whole conversation to /v1/chat/completions");
    }

    /** The prompt that the model's template makes of messages. */
    public String render(List<Message> messages, boolean addGenerationPrompt) throws PromptException {
        if (template.isEmpty()) {
            throw new PromptException("this model has no chat template: send a prompt to /v1/completions");
        }
        List<Map<String, Object>> plain = messages.stream()
                .map(message -> ChatMessages.message(message.role(), message.content()))
                .toList();
        try {
            return template.get().render(plain, addGenerationPrompt, specialTokens);
        } catch (TemplateException e) {
            throw new PromptException(String.valueOf(e.getMessage()), e);
        }
    }
}
