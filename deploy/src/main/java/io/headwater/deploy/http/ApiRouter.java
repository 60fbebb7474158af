/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import io.headwater.deploy.status.StatusServer;
import io.headwater.sessions.session.SessionService;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;

/** Everything that can be asked, and who answers. A new endpoint is a line here and its description in openapi.json. */
final class ApiRouter {
    private final List<Endpoint> endpoints;

    /** All endpoints; they and their description, which clients are made from, must be the same. */
    ApiRouter(ActorSystem<?> system, ApiParts parts) {
        StaticRoutes files = new StaticRoutes();
        endpoints = endpoints(system, parts, files);
        Set<String> answered = new TreeSet<>();
        endpoints.forEach(endpoint -> answered.add(endpoint.method() + " " + endpoint.path()));
        if (!answered.equals(files.described())) {
            throw new IllegalStateException(
                    "openapi.json describes " + files.described() + ", the router has " + answered);
        }
    }

    private static List<Endpoint> endpoints(ActorSystem<?> system, ApiParts parts, StaticRoutes files) {
        CompletionRoutes completions = new CompletionRoutes(system, parts);
        SessionRoutes sessions = new SessionRoutes(parts);
        ModelRoutes models = new ModelRoutes(parts.model());
        TextRoutes texts = new TextRoutes(parts.model());
        MetricsRoute metrics = new MetricsRoute(parts);
        Function<HttpRequest, CompletionStage<HttpResponse>> status = StatusServer.handler(parts.status());
        return List.of(
                Endpoint.get("/", (_, _) -> now(files.page())).forEverybody(),
                Endpoint.get("/openapi.json", (_, _) -> now(files.description()))
                        .forEverybody(),
                Endpoint.post("/v1/chat/completions", (request, _) -> completions.chat(request)),
                Endpoint.post("/chat/completions", (request, _) -> completions.chat(request)),
                Endpoint.post("/v1/completions", (request, _) -> completions.text(request)),
                Endpoint.post("/v1/sessions", (request, _) -> sessions.open(request)),
                Endpoint.get("/v1/sessions/{id}", (_, id) -> sessions.get(id)),
                new Endpoint("DELETE", "/v1/sessions/{id}", false, false, (_, id) -> sessions.delete(id)),
                Endpoint.post("/v1/sessions/{id}/messages", sessions::say),
                Endpoint.post("/v1/sessions/{id}/cancel", (_, id) -> sessions.cancel(id)),
                Endpoint.get("/v1/sessions/{id}/tokens", sessions::tokens),
                Endpoint.get("/v1/models", (_, _) -> now(models.list())),
                Endpoint.get("/v1/models/{id}", (_, id) -> now(models.one(id))),
                Endpoint.post("/tokenize", (request, _) -> now(texts.tokenize(request))),
                Endpoint.post("/detokenize", (request, _) -> now(texts.detokenize(request))),
                Endpoint.post("/apply-template", (request, _) -> now(texts.applyTemplate(request))),
                Endpoint.get("/v1/cluster", (request, _) -> status.apply(request.http())),
                Endpoint.get("/metrics", (_, _) -> metrics.answer()).byNoWorker(),
                Endpoint.get("/version", (_, _) -> now(models.version())),
                Endpoint.get("/health", (request, _) -> ready(request, parts.sessions(), status))
                        .forEverybody()
                        .byNoWorker(),
                Endpoint.get("/health/ready", (request, _) -> ready(request, parts.sessions(), status))
                        .forEverybody()
                        .byNoWorker(),
                Endpoint.get("/health/live", (request, _) -> status.apply(request.http()))
                        .forEverybody()
                        .byNoWorker());
    }

    /** An endpoint, and the segment of the path that stands for its {@code {id}}. */
    record Found(Endpoint endpoint, String id) {
        CompletionStage<HttpResponse> answer(ApiRequest request) {
            return endpoint.handler().answer(request, id);
        }
    }

    /** Whether what is there is for everybody. */
    boolean open(List<String> path) {
        List<Found> all = all(path);
        return !all.isEmpty() && all.stream().allMatch(found -> found.endpoint().open());
    }

    /**
     * The endpoint.
     *
     * @throws ApiError if there is none
     */
    Found find(String method, List<String> path) {
        List<Found> all = all(path);
        if (all.isEmpty()) {
            throw ApiError.notFound("not_found", "there is no /" + String.join("/", path) + " here");
        }
        return all.stream()
                .filter(found -> found.endpoint().method().equals(method))
                .findFirst()
                .orElseThrow(() -> otherMethod(method, all));
    }

    private List<Found> all(List<String> path) {
        List<Found> all = new ArrayList<>();
        for (Endpoint endpoint : endpoints) {
            Optional<String> id = endpoint.match(path);
            id.ifPresent(segment -> all.add(new Found(endpoint, segment)));
        }
        return all;
    }

    private static ApiError otherMethod(String method, List<Found> all) {
        String methods = String.join(
                ", ", all.stream().map(found -> found.endpoint().method()).toList());
        return ApiError.method(method + " is not understood here: use " + methods, methods);
    }

    /** A log that cannot be written makes a server unready, too: nothing is told then; and a decode loop that has ended, which only a new start mends. */
    private static CompletionStage<HttpResponse> ready(
            ApiRequest request, SessionService sessions, Function<HttpRequest, CompletionStage<HttpResponse>> status) {
        if (!sessions.decodeProblem().isEmpty()) {
            return unready("decoding_ended", sessions.decodeProblem());
        }
        if (!sessions.logProblem().isEmpty()) {
            return unready("log_lost", sessions.logProblem());
        }
        return status.apply(request.http());
    }

    private static CompletionStage<HttpResponse> unready(String status, String reason) {
        return now(Responses.json(StatusCodes.SERVICE_UNAVAILABLE, Map.of("status", status, "reason", reason)));
    }

    private static CompletionStage<HttpResponse> now(HttpResponse response) {
        return CompletableFuture.completedFuture(response);
    }
}
