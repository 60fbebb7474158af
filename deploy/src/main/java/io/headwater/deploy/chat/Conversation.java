/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.chat;

import io.headwater.deploy.cli.UserError;
import io.headwater.deploy.decode.Answer;
import io.headwater.deploy.decode.AskedAnswer;
import io.headwater.deploy.decode.Cancellation;
import io.headwater.deploy.decode.ChatFormat;
import io.headwater.deploy.decode.GenerationOptions;
import io.headwater.deploy.decode.LoadedModel;
import io.headwater.deploy.decode.PrefillListener;
import io.headwater.deploy.decode.TextListener;
import io.headwater.model.decoding.BudgetEvent;
import io.headwater.model.decoding.DecodeEvent.SequenceFigures;
import io.headwater.model.decoding.PastTurn;
import io.headwater.model.decoding.TokenIds;
import io.headwater.model.template.ChatMessages;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Messages and the session that has read them. A new message costs the tokens that the template adds for it: the history stays in the cache and
 * is never tokenised again, unless the template itself rewrites earlier turns.
 */
final class Conversation implements AutoCloseable {
    private final LoadedModel model;
    private final ChatFormat format;
    private final GenerationOptions options;
    private final Optional<String> system;
    private final List<Map<String, Object>> messages = new ArrayList<>();
    private final long session;
    /** Its tokens; the last answer's last one is not in the cache yet. */
    private TokenIds log = TokenIds.NONE;

    private SequenceFigures cache = SequenceFigures.NONE;
    /** Where its turns ended in the log. */
    private final List<PastTurn> past = new ArrayList<>();

    private final List<BudgetEvent> budgets = new ArrayList<>();

    private int lastPrompt;

    Conversation(LoadedModel model, GenerationOptions options, Optional<String> system) {
        this.model = model;
        this.format = model.chatFormat();
        this.options = options;
        this.system = system;
        this.session = model.newSession();
        begin();
    }

    /** Forgets everything but the system message. */
    void clear() {
        model.client().release(session);
        log = TokenIds.NONE;
        past.clear();
        budgets.clear();
        cache = SequenceFigures.NONE;
        begin();
    }

    private void begin() {
        messages.clear();
        system.ifPresent(content -> messages.add(ChatMessages.message("system", content)));
    }

    /**
     * Says something and returns the answer, which is cut short where it is cancelled.
     *
     * @throws UserError if the context has no room for it: the conversation is as it was
     */
    Answer say(String content, TextListener listener, PrefillListener progress, Cancellation cancellation) {
        List<Map<String, Object>> said = new ArrayList<>(messages);
        said.add(ChatMessages.message("user", content));
        String prompt = format.render(said, true);
        Optional<String> added = log.size() == 0 ? Optional.empty() : added(prompt);
        int[] ids = added.map(text -> model.tokenizer().encode(text, true)).orElseGet(() -> model.promptTokens(prompt));
        TokenIds prompted = added.isPresent() ? log.plus(ids) : TokenIds.of(ids);
        checkRoom(prompted.size());
        if (added.isEmpty()) {
            budgets.clear();
            past.clear(); // the template has rewritten the history: all of it is the prompt
        }
        AskedAnswer asked = AskedAnswer.of(
                model.client(),
                new AskedAnswer.Question(session, prompted, options, true, model.kv(), past, budgets),
                listener,
                progress);
        model.await(asked, cancellation);
        Answer answer = asked.answer();
        log = prompted.plus(answer.tokens().stream().mapToInt(Integer::intValue).toArray());
        budgets.addAll(asked.budgets());
        if (log.size() > prompted.size()) {
            past.add(new PastTurn(prompted.size(), log.size()));
        }
        cache = asked.figures();
        lastPrompt = asked.prompt();
        messages.add(ChatMessages.message("user", content));
        messages.add(ChatMessages.message("assistant", answer.text()));
        return answer;
    }

    /**
     * The text between what the session has and the end of the new prompt: what closes the last answer, then what the template adds after the
     * history. Empty if the template writes the history in another way than before.
     */
    private Optional<String> added(String prompt) {
        String history = format.render(messages, false);
        Optional<String> closing = closing();
        return prompt.startsWith(history)
                ? closing.map(text -> text + prompt.substring(history.length()))
                : Optional.empty();
    }

    /** What the template puts after an answer's text, less the end token that the model gave itself. */
    private Optional<String> closing() {
        String marker = "\u2063answer\u2063";
        List<Map<String, Object>> probe = new ArrayList<>(messages.subList(0, messages.size() - 1));
        probe.add(ChatMessages.message("assistant", marker));
        String rendered = format.render(probe, false);
        int at = rendered.lastIndexOf(marker);
        if (at < 0) {
            return Optional.empty();
        }
        String closing = rendered.substring(at + marker.length());
        int last = log.get(log.size() - 1);
        String end =
                model.tokenizer().isEndOfGeneration(last) ? model.tokenizer().text(last) : "";
        return Optional.of(closing.startsWith(end) ? closing.substring(end.length()) : closing);
    }

    private void checkRoom(int tokens) {
        int context = model.contextLength();
        if (model.kv().full() && tokens > context) {
            throw new UserError("no room: " + tokens + " tokens with this message, the context has " + context
                    + "; /clear begins anew");
        }
    }

    List<Map<String, Object>> messages() {
        return List.copyOf(messages);
    }

    /** Tokens that the last message made the model read. */
    int lastPrompt() {
        return lastPrompt;
    }

    int contextLength() {
        return model.contextLength();
    }

    /** All its tokens. */
    TokenIds log() {
        return log;
    }

    /** What the cache was after the last answer. */
    SequenceFigures cache() {
        return cache;
    }

    @Override
    public void close() {
        model.client().release(session);
    }
}
