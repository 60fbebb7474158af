/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.status;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.headwater.actors.plan.ClusterStatus;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.UserError;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCode;
import org.apache.pekko.http.javadsl.model.StatusCodes;

/**
 * {@code GET /v1/cluster}, {@code /health/live} and {@code /health/ready} of a node with role gateway. Runs on the actor system's
 * dispatchers; nothing here waits.
 */
public final class StatusServer {
    private static final String SERVING = "serving";

    private final Supplier<CompletionStage<ClusterStatus>> source;

    private StatusServer(Supplier<CompletionStage<ClusterStatus>> source) {
        this.source = source;
    }

    /** Where the server listens. */
    public record Listening(String host, int port) {
        /** For people and for {@code --server}. */
        public String url() {
            return "http://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
        }
    }

    /** As {@link #start}, waiting until it listens; a port that is taken is the user's error. */
    public static Listening listen(
            ActorSystem<?> system, StatusAddress address, Supplier<CompletionStage<ClusterStatus>> source) {
        try {
            return start(system, address.host(), address.port(), source)
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException e) {
            throw new UserError(
                    "--http " + address.host() + ":" + address.port()
                            + " cannot be used (does another program listen there?): give another port, or 0 for a free one",
                    e);
        }
    }

    /** Listens; port 0 takes a free one. Each request asks the source, which answers under a deadline of its own. */
    public static CompletionStage<Listening> start(
            ActorSystem<?> system, String host, int port, Supplier<CompletionStage<ClusterStatus>> source) {
        StatusServer server = new StatusServer(source);
        return Http.get(system).newServerAt(host, port).bind(server::answer).thenApply(StatusServer::listening);
    }

    /** What the server does with a request, for a server that does more. */
    public static Function<HttpRequest, CompletionStage<HttpResponse>> handler(
            Supplier<CompletionStage<ClusterStatus>> source) {
        return new StatusServer(source)::answer;
    }

    private static Listening listening(ServerBinding binding) {
        return new Listening(
                binding.localAddress().getHostString(), binding.localAddress().getPort());
    }

    private CompletionStage<HttpResponse> answer(HttpRequest request) {
        if (!request.method().equals(HttpMethods.GET)) {
            return now(error(StatusCodes.METHOD_NOT_ALLOWED, "method_not_allowed", "only GET is understood here"));
        }
        return switch (request.getUri().path()) {
            case "/v1/cluster" -> asked(status -> json(StatusCodes.OK, ClusterReport.of(status)));
            case "/health/live" -> now(json(StatusCodes.OK, Map.of("status", "ok")));
            case "/health/ready", "/health" -> asked(StatusServer::readiness);
            default ->
                now(error(
                        StatusCodes.NOT_FOUND,
                        "not_found",
                        "there is no " + request.getUri().path() + ": try /v1/cluster, /health/live or /health/ready"));
        };
    }

    private CompletionStage<HttpResponse> asked(Function<ClusterStatus, HttpResponse> form) {
        return source.get()
                .handle((status, failure) -> failure == null
                        ? form.apply(status)
                        : error(
                                StatusCodes.SERVICE_UNAVAILABLE,
                                "no_planner",
                                "nobody knows the cluster's state now: a new planner is being chosen, ask again"));
    }

    private static HttpResponse readiness(ClusterStatus status) {
        return status.state().equals(SERVING)
                ? json(StatusCodes.OK, Map.of("status", "ok"))
                : json(StatusCodes.SERVICE_UNAVAILABLE, Map.of("status", status.state(), "reason", status.reason()));
    }

    private static CompletionStage<HttpResponse> now(HttpResponse response) {
        return CompletableFuture.completedFuture(response);
    }

    private static HttpResponse error(StatusCode code, String name, String message) {
        return json(code, Map.of("error", Map.of("message", message, "type", "server_error", "code", name)));
    }

    private static HttpResponse json(StatusCode code, Object value) {
        try {
            String text = Json.mapper().writeValueAsString(value);
            return HttpResponse.create()
                    .withStatus(code)
                    .withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, text));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("this value has no JSON form: " + value, e);
        }
    }
}
