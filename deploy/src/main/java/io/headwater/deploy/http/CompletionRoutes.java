/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.model.decoding.TokenIds;
import io.headwater.model.generation.TurnOptions;
import io.headwater.sessions.log.Message;
import io.headwater.sessions.log.SessionEvent.Opened;
import io.headwater.sessions.log.SessionEvent.Told;
import io.headwater.sessions.log.SessionEvent.TurnEnded;
import io.headwater.sessions.log.SessionEvent.TurnProblem;
import io.headwater.sessions.session.SessionReply;
import io.headwater.sessions.session.SessionService;
import io.headwater.sessions.session.TurnRequest;
import io.headwater.sessions.stream.TokenStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** {@code POST /v1/chat/completions} and {@code /v1/completions}: each is a session of one turn, so that a broken stream can be resumed. */
final class CompletionRoutes {
    /** OpenAI's default for text completions. */
    private static final int TEXT_TOKENS = 16;

    private final ActorSystem<?> system;
    private final SessionService sessions;
    private final ServedModel model;

    CompletionRoutes(ActorSystem<?> system, ApiParts parts) {
        this.system = system;
        this.sessions = parts.sessions();
        this.model = parts.model();
    }

    CompletionStage<HttpResponse> chat(ApiRequest request) {
        Fields fields = new Fields(request.json(true));
        model.check(fields);
        List<Message> messages = MessageFields.need(fields);
        GenerationFields generation = new GenerationFields(fields);
        int logprobs = generation.chatLogprobs();
        int top = fields.whole("top_logprobs").orElse(0);
        TurnRequest turn = turn(generation, messages, TokenIds.NONE, logprobs, TurnOptions.UNLIMITED);
        ChatForm form = new ChatForm(new LogProbabilityFields(model.prompts().tokenizer(), top));
        return answer(request, fields, new Asked(turn, form, "messages"));
    }

    CompletionStage<HttpResponse> text(ApiRequest request) {
        Fields fields = new Fields(request.json(true));
        model.check(fields);
        if (fields.flag("echo", false)
                || fields.string("suffix").filter(text -> !text.isEmpty()).isPresent()) {
            String param = fields.flag("echo", false) ? "echo" : "suffix";
            throw ApiError.bad(param, "unsupported_parameter", param + " is not supported: leave it out");
        }
        TokenIds prompt = prompt(fields);
        GenerationFields generation = new GenerationFields(fields);
        int logprobs = generation.textLogprobs();
        int top = fields.whole("logprobs").orElse(0);
        TurnRequest turn = turn(generation, List.of(), prompt, logprobs, TEXT_TOKENS);
        TextForm form = new TextForm(new LogProbabilityFields(model.prompts().tokenizer(), top));
        return answer(request, fields, new Asked(turn, form, "prompt"));
    }

    private TokenIds prompt(Fields fields) {
        JsonNode prompt = fields.node("prompt").orElseThrow(() -> Fields.missing("prompt"));
        if (prompt.isTextual()) {
            return TokenIds.of(model.prompts().text(prompt.textValue()));
        }
        if (prompt.isArray() && prompt.size() == 1 && prompt.get(0).isTextual()) {
            return TokenIds.of(model.prompts().text(prompt.get(0).textValue()));
        }
        if (prompt.isArray() && !prompt.isEmpty() && prompt.get(0).isIntegralNumber()) {
            return TokenIds.of(
                    TextRoutes.ids(prompt, "prompt", model.prompts().tokenizer().vocabSize()));
        }
        throw ApiError.bad(
                "prompt", "invalid_type", "prompt must be a string, a list of one string, or a list of token ids");
    }

    private static TurnRequest turn(
            GenerationFields generation, List<Message> messages, TokenIds prompt, int logprobs, int tokens) {
        return new TurnRequest(
                messages,
                prompt,
                generation.sampling(logprobs),
                generation.seed().orElseGet(() -> ThreadLocalRandom.current().nextLong()),
                generation.turn(tokens),
                "",
                "");
    }

    /** What a completion is made of; {@code field}: that the prompt came in. */
    private record Asked(TurnRequest turn, CompletionForm form, String field) {}

    private CompletionStage<HttpResponse> answer(ApiRequest request, Fields fields, Asked asked) {
        boolean stream = fields.flag("stream", false);
        boolean usage = new Fields(fields.node("stream_options")
                        .orElseGet(() -> fields.object().path("none")))
                .flag("include_usage", false);
        Opened opened = new Opened(
                System.currentTimeMillis(), true, sessions.model(), KvField.read(fields, model), List.of(), "{}");
        return sessions.complete(opened, asked.turn()).thenCompose(reply -> {
            if (!(reply instanceof SessionReply.Accepted accepted)) {
                throw Outcomes.error(reply, asked.field());
            }
            CompletionWriter writer = new CompletionWriter(asked.form(), accepted.id(), model.id(), usage);
            return stream ? stream(accepted, writer) : whole(request, accepted, writer);
        });
    }

    /** Begins with the first event, or after a while without one; what fails before is an error and no stream. */
    private CompletionStage<HttpResponse> stream(SessionReply.Accepted accepted, CompletionWriter writer) {
        return TokenStream.first(accepted.feed(), accepted.offset() - 1).thenApply(first -> {
            if (first.orElse(null) instanceof TurnEnded ended
                    && !ended.problem().equals(TurnProblem.NONE)) {
                throw Outcomes.error(ended.problem());
            }
            Source<ByteString, ?> chunks = Source.single(writer.opening())
                    .concat(chunks(accepted, writer))
                    .filter(piece -> !piece.isEmpty());
            return ServerSentEvents.chunks(chunks, accepted.id());
        });
    }

    /** A stream that is cut says so: without a word it would look like one that has come to its end. */
    private Source<ByteString, ?> chunks(SessionReply.Accepted accepted, CompletionWriter writer) {
        AtomicBoolean whole = new AtomicBoolean();
        Source<ByteString, ?> afterLast = Source.lazySource(() ->
                whole.get() ? Source.<ByteString>empty() : Source.single(writer.cut(Outcomes.cut(accepted.feed()))));
        return events(accepted)
                .map(page -> {
                    whole.set(page.getLast() instanceof TurnEnded);
                    return writer.chunks(page);
                })
                .concatLazy(afterLast);
    }

    /** Cancelled as soon as its client has gone: nobody could read the answer. */
    private CompletionStage<HttpResponse> whole(
            ApiRequest request, SessionReply.Accepted accepted, CompletionWriter writer) {
        var _ = request.gone().thenRun(() -> {
            var _ = sessions.cancel(accepted.id());
        });
        return events(accepted)
                .runFold(
                        new ArrayList<Told>(),
                        (all, page) -> {
                            all.addAll(page);
                            return all;
                        },
                        system)
                .thenApply(all -> {
                    if (all.isEmpty() || !(all.getLast() instanceof TurnEnded end)) {
                        throw Outcomes.cut(accepted.feed());
                    }
                    return Responses.ok(writer.whole(all, end))
                            .addHeader(RawHeader.create(ServerSentEvents.SESSION_HEADER, accepted.id()));
                });
    }

    private Source<List<Told>, ?> events(SessionReply.Accepted accepted) {
        return TokenStream.ofTurn(accepted.feed(), sessions.reader(), accepted.offset() - 1);
    }
}
