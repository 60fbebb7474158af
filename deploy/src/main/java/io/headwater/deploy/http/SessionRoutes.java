/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.metrics.ServerMeters;
import io.headwater.model.decoding.TokenIds;
import io.headwater.model.generation.TurnOptions;
import io.headwater.sessions.log.Message;
import io.headwater.sessions.log.SessionEvent.Opened;
import io.headwater.sessions.log.SessionEvent.Told;
import io.headwater.sessions.session.SessionReply;
import io.headwater.sessions.session.SessionService;
import io.headwater.sessions.session.TurnRequest;
import io.headwater.sessions.stream.SessionFeed;
import io.headwater.sessions.stream.TokenStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.javadsl.Source;

/** Long-lived sessions and what they tell. */
final class SessionRoutes {
    private static final int MOST_KEY = 255;
    private static final List<String> NOT_DEFAULTS = List.of("model", "messages", "kv");

    private final SessionService sessions;
    private final ServedModel model;
    private final ServerMeters meters;
    private final EncodedEvents encoded = new EncodedEvents(TokenEvents::encode);

    SessionRoutes(ApiParts parts) {
        this.sessions = parts.sessions();
        this.model = parts.model();
        this.meters = parts.meters();
    }

    /** {@code POST /v1/sessions}. */
    CompletionStage<HttpResponse> open(ApiRequest request) {
        ObjectNode body = request.json(false);
        Fields fields = new Fields(body);
        model.check(fields);
        List<Message> history = fields.node("messages").map(MessageFields::list).orElse(List.of());
        ObjectNode defaults = body.deepCopy().remove(NOT_DEFAULTS);
        GenerationFields generation = new GenerationFields(new Fields(defaults));
        generation.sampling(generation.chatLogprobs()); // what is wrong is said now, not at the first message
        generation.turn(TurnOptions.UNLIMITED);
        defaults.put(
                "seed",
                generation.seed().orElseGet(() -> ThreadLocalRandom.current().nextLong()));
        Opened opened = new Opened(
                System.currentTimeMillis(),
                false,
                sessions.model(),
                KvField.read(fields, model),
                history,
                Responses.text(defaults));
        return sessions.open(opened).thenApply(reply -> switch (reply) {
            case SessionReply.Ready ready ->
                Responses.json(StatusCodes.CREATED, ordered("id", ready.id(), "offset", ready.offset()));
            default -> throw Outcomes.error(reply, "messages");
        });
    }

    /** {@code POST /v1/sessions/{id}/messages}. */
    CompletionStage<HttpResponse> say(ApiRequest request, String id) {
        ObjectNode body = request.json(true);
        String key = request.header("Idempotency-Key").orElse("");
        if (key.length() > MOST_KEY) {
            throw ApiError.value("Idempotency-Key", "an Idempotency-Key has at most " + MOST_KEY + " characters");
        }
        return describe(id)
                .thenCompose(session -> sessions.ask(id, turn(body, defaults(session.opened()), key, request.digest())))
                .thenApply(reply -> switch (reply) {
                    case SessionReply.Accepted accepted -> accepted(accepted, request.wantsEvents());
                    default -> throw Outcomes.error(reply, "content");
                });
    }

    private static ObjectNode defaults(Opened opened) {
        try {
            return Json.mapper().readTree(opened.defaults()) instanceof ObjectNode object
                    ? object
                    : Json.mapper().createObjectNode();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the log has defaults that are not JSON", e);
        }
    }

    private static TurnRequest turn(ObjectNode body, ObjectNode defaults, String key, String digest) {
        Fields said = new Fields(body);
        String role = said.string("role").orElse("user");
        JsonNode content = said.node("content").orElseThrow(() -> Fields.missing("content"));
        List<Message> messages = List.of(new Message(role, MessageFields.content(content, "the message")));
        GenerationFields generation = new GenerationFields(new Fields(over(defaults, body)));
        return new TurnRequest(
                messages,
                TokenIds.NONE,
                generation.sampling(generation.chatLogprobs()),
                generation.seed().orElse(0L),
                generation.turn(TurnOptions.UNLIMITED),
                key,
                key.isEmpty() ? "" : digest);
    }

    /** What a message says counts before the session's defaults; null says nothing. */
    private static ObjectNode over(ObjectNode defaults, ObjectNode body) {
        ObjectNode both = defaults.deepCopy();
        if (GenerationFields.TOKEN_LIMITS.stream().anyMatch(new Fields(body)::has)) {
            both.remove(GenerationFields.TOKEN_LIMITS); // under either name
        }
        body.properties().forEach(field -> {
            if (!field.getValue().isNull()) {
                both.set(field.getKey(), field.getValue());
            }
        });
        return both;
    }

    private HttpResponse accepted(SessionReply.Accepted accepted, boolean events) {
        if (events) {
            return told(TokenStream.ofTurn(accepted.feed(), sessions.reader(), accepted.offset() - 1), accepted.id());
        }
        Map<String, Object> body = ordered("id", accepted.id(), "turn", accepted.turn(), "offset", accepted.offset());
        return Responses.json(StatusCodes.ACCEPTED, body)
                .addHeader(RawHeader.create(ServerSentEvents.SESSION_HEADER, accepted.id()));
    }

    /** {@code GET /v1/sessions/{id}}. */
    CompletionStage<HttpResponse> get(String id) {
        return describe(id).thenApply(session -> {
            Map<String, Object> body = ordered("id", session.id(), "model", model.id(), "messages", session.messages());
            body.put("tokens", session.tokens());
            body.put("offset", session.offset());
            body.put("state", session.decoding() ? "decoding" : "idle");
            Map<String, Object> kv = ordered(
                    "policy", session.opened().kv().policy().name(),
                    "budget", budget(session),
                    "entries", session.cache().entries());
            kv.put("bytes", session.cache().kvBytes());
            long repeats = session.budgets().stream()
                    .filter(event -> event.repeated() != null)
                    .count();
            kv.put("budget_changes", session.budgets().size() - repeats);
            kv.put("repeats", repeats);
            body.put("kv", kv);
            return Responses.ok(body);
        });
    }

    /** That is in force: less than was asked for where memory is short. */
    private static int budget(SessionReply.Description session) {
        return session.budgets().isEmpty()
                ? session.opened().kv().budget()
                : session.budgets().getLast().budget();
    }

    private CompletionStage<SessionReply.Description> describe(String id) {
        return sessions.describe(id).thenApply(reply -> switch (reply) {
            case SessionReply.Description description -> description;
            default -> throw Outcomes.error(reply, "id");
        });
    }

    /** {@code DELETE /v1/sessions/{id}}. */
    CompletionStage<HttpResponse> delete(String id) {
        return sessions.delete(id).thenApply(reply -> switch (reply) {
            case SessionReply.Done _ -> Responses.ok(ordered("id", id, "deleted", true));
            default -> throw Outcomes.error(reply, "id");
        });
    }

    /** {@code POST /v1/sessions/{id}/cancel}. */
    CompletionStage<HttpResponse> cancel(String id) {
        return sessions.cancel(id).thenApply(reply -> switch (reply) {
            case SessionReply.Done done -> Responses.ok(ordered("id", id, "cancelled", done.changed()));
            default -> throw Outcomes.error(reply, "id");
        });
    }

    /** {@code GET /v1/sessions/{id}/tokens}: {@code Last-Event-ID}, which a client sends when it comes back, counts before {@code ?after=}. */
    CompletionStage<HttpResponse> tokens(ApiRequest request, String id) {
        Optional<String> last = request.header("Last-Event-ID").filter(text -> !text.isEmpty());
        String param = last.isPresent() ? "Last-Event-ID" : "after";
        int after = last.or(() -> request.http().getUri().query().get("after"))
                .map(text -> offset(param, text))
                .orElse(-1);
        return sessions.watch(id).thenApply(reply -> switch (reply) {
            case SessionReply.Watching watching -> tokens(watching, after, param);
            default -> throw Outcomes.error(reply, "id");
        });
    }

    private HttpResponse tokens(SessionReply.Watching watching, int after, String param) {
        SessionFeed feed = watching.feed();
        if (after >= feed.end()) {
            throw ApiError.value(
                    param, param + " is " + after + ", but the session has told only " + feed.end() + " events");
        }
        if (watching.ended() && after == feed.end() - 1) {
            return HttpResponse.create().withStatus(StatusCodes.NO_CONTENT); // an EventSource then stops coming back
        }
        if (after >= 0 && after != watching.answer() - 1) { // from there on a client hears an answer for the first time
            meters.resumed();
        }
        Source<List<Told>, NotUsed> pages = watching.plain()
                ? TokenStream.ofTurn(feed, sessions.reader(), after)
                : TokenStream.after(feed, sessions.reader(), after);
        return told(pages, feed.session());
    }

    private HttpResponse told(Source<List<Told>, NotUsed> pages, String id) {
        return ServerSentEvents.events(pages.map(encoded::page), id);
    }

    private static int offset(String param, String text) {
        try {
            int after = Integer.parseInt(text);
            if (after >= -1) {
                return after;
            }
        } catch (NumberFormatException e) {
            throw ApiError.value(param, param + " is '" + text + "': give the id of the last event, a whole number");
        }
        throw ApiError.value(param, param + " is " + text + ": give the id of the last event, or -1");
    }

    private static Map<String, Object> ordered(Object... pairs) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put((String) pairs[i], pairs[i + 1]);
        }
        return map;
    }
}
