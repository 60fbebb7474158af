/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import io.headwater.actors.plan.ClusterStatus;
import io.headwater.deploy.status.StatusServer;
import io.headwater.sessions.session.SessionService;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;

/** Which route answers a method and a path. */
final class ApiRouter {
    /** Answers one kind of request. */
    @FunctionalInterface
    interface Route {
        CompletionStage<HttpResponse> answer(ApiRequest request);
    }

    private final CompletionRoutes completions;
    private final SessionRoutes sessionRoutes;
    private final ModelRoutes models;
    private final TextRoutes texts;
    private final SessionService sessions;
    private final Function<HttpRequest, CompletionStage<HttpResponse>> status;

    ApiRouter(
            ActorSystem<?> system,
            SessionService sessions,
            ServedModel model,
            Supplier<CompletionStage<ClusterStatus>> status) {
        this.completions = new CompletionRoutes(system, sessions, model);
        this.sessionRoutes = new SessionRoutes(sessions, model);
        this.models = new ModelRoutes(model);
        this.texts = new TextRoutes(model);
        this.sessions = sessions;
        this.status = StatusServer.handler(status);
    }

    /**
     * The route.
     *
     * @throws ApiError if there is none
     */
    Route find(String method, List<String> path) {
        Map<String, Route> methods =
                path.size() >= 3 && path.get(0).equals("v1") && path.get(1).equals("sessions")
                        ? session(path)
                        : plain(String.join("/", path)).or(() -> model(path)).orElse(Map.of());
        if (methods.isEmpty()) {
            throw ApiError.notFound("not_found", "there is no /" + String.join("/", path) + " here");
        }
        Route route = methods.get(method);
        if (route == null) {
            throw ApiError.other(
                    StatusCodes.METHOD_NOT_ALLOWED,
                    "method_not_allowed",
                    method + " is not understood here: use " + String.join(" or ", methods.keySet()));
        }
        return route;
    }

    private Optional<Map<String, Route>> plain(String path) {
        return Optional.ofNullable(
                switch (path) {
                    case "v1/chat/completions", "chat/completions" -> Map.of("POST", completions::chat);
                    case "v1/completions" -> Map.of("POST", completions::text);
                    case "v1/sessions" -> Map.of("POST", sessionRoutes::open);
                    case "v1/models" -> Map.of("GET", _ -> now(models.list()));
                    case "version" -> Map.of("GET", _ -> now(models.version()));
                    case "tokenize" -> Map.of("POST", request -> now(texts.tokenize(request)));
                    case "detokenize" -> Map.of("POST", request -> now(texts.detokenize(request)));
                    case "apply-template" -> Map.of("POST", request -> now(texts.applyTemplate(request)));
                    case "v1/cluster", "health/live" -> Map.of("GET", request -> status.apply(request.http()));
                    case "health", "health/ready" -> Map.of("GET", this::ready);
                    default -> null;
                });
    }

    private Optional<Map<String, Route>> model(List<String> path) {
        return path.size() == 3 && path.get(0).equals("v1") && path.get(1).equals("models")
                ? Optional.of(Map.of("GET", _ -> now(models.one(path.get(2)))))
                : Optional.empty();
    }

    private Map<String, Route> session(List<String> path) {
        String id = path.get(2);
        String what = String.join("/", path.subList(3, path.size()));
        return switch (what) {
            case "" -> Map.of("GET", _ -> sessionRoutes.get(id), "DELETE", _ -> sessionRoutes.delete(id));
            case "messages" -> Map.of("POST", request -> sessionRoutes.say(request, id));
            case "cancel" -> Map.of("POST", _ -> sessionRoutes.cancel(id));
            case "tokens" -> Map.of("GET", request -> sessionRoutes.tokens(request, id));
            default -> Map.of();
        };
    }

    /** A log that cannot be written makes a server unready, too: nothing is told then. */
    private CompletionStage<HttpResponse> ready(ApiRequest request) {
        String problem = sessions.problem();
        return problem.isEmpty()
                ? status.apply(request.http())
                : now(Responses.json(
                        StatusCodes.SERVICE_UNAVAILABLE,
                        Map.of("status", "log_lost", "reason", "the token log cannot be written: " + problem)));
    }

    private static CompletionStage<HttpResponse> now(HttpResponse response) {
        return CompletableFuture.completedFuture(response);
    }
}
