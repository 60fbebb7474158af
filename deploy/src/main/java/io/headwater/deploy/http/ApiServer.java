/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import io.headwater.actors.plan.ClusterStatus;
import io.headwater.sessions.session.SessionService;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import org.apache.pekko.http.scaladsl.model.EntityStreamException;
import org.apache.pekko.http.scaladsl.model.EntityStreamSizeException;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.concurrent.duration.FiniteDuration;

/**
 * Listens, reads bodies within bounds, asks for the key, gives every request an id and one line in the log, and makes an answer of whatever went wrong. The
 * routes run on the given workers.
 */
public final class ApiServer {
    private static final Logger LOG = LoggerFactory.getLogger(ApiServer.class);
    private static final Pattern REQUEST_ID = Pattern.compile("[\\x21-\\x7e]{1,128}");
    /** Longest answer without a stream; a connection that says nothing for so long is closed. */
    private static final Duration IDLE = Duration.ofMinutes(15);

    private final ActorSystem<?> system;
    private final ApiOptions options;
    private final ApiRouter router;
    private final Executor workers;
    /** Streams that are being written. */
    private final AtomicInteger streams = new AtomicInteger();

    private volatile boolean ending;

    private ApiServer(ActorSystem<?> system, ApiOptions options, ApiRouter router, Executor workers) {
        this.system = system;
        this.options = options;
        this.router = router;
        this.workers = workers;
    }

    /** A server that listens. */
    public record Listening(ServerBinding binding, ApiServer server) {
        public String url() {
            String host = binding.localAddress().getHostString();
            return "http://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":"
                    + binding.localAddress().getPort();
        }

        /** From now on only what has begun is answered. */
        public void refuseNewWork() {
            server.ending = true;
        }

        /** Streams that have not come to their end. */
        public int streams() {
            return server.streams.get();
        }

        /** Stops listening and closes connections, after a time also those with an answer at work. */
        public CompletionStage<?> close(Duration deadline) {
            return binding.terminate(deadline);
        }
    }

    /** Listens; port 0 takes a free one. */
    public static CompletionStage<Listening> start(
            ActorSystem<?> system,
            ApiOptions options,
            SessionService sessions,
            ServedModel model,
            Supplier<CompletionStage<ClusterStatus>> status,
            Executor workers) {
        ApiServer server = new ApiServer(system, options, new ApiRouter(system, sessions, model, status), workers);
        return Http.get(system)
                .newServerAt(options.host(), options.port())
                .adaptSettings(ApiServer::settings)
                .bind(server::answer)
                .thenApply(binding -> new Listening(binding, server));
    }

    private static ServerSettings settings(ServerSettings settings) {
        FiniteDuration idle = FiniteDuration.create(IDLE.toSeconds(), "seconds");
        return settings.withTimeouts(settings.getTimeouts()
                        .withIdleTimeout(idle)
                        .withRequestTimeout(scala.concurrent.duration.Duration.Inf()))
                .withServerHeader(Optional.empty());
    }

    private CompletionStage<HttpResponse> answer(HttpRequest request) {
        long start = System.nanoTime();
        String id = request.getHeader("X-Request-Id")
                .map(header -> header.value())
                .filter(value -> REQUEST_ID.matcher(value).matches())
                .orElseGet(() -> UUID.randomUUID().toString());
        return routed(request).exceptionally(failure -> error(failure, id)).thenApply(response -> {
            LOG.info(
                    "{} {} {} {} {} ms",
                    id,
                    request.method().value(),
                    request.getUri().path(),
                    response.status().intValue(),
                    (System.nanoTime() - start) / 1_000_000);
            return response.addHeader(RawHeader.create("X-Request-Id", id));
        });
    }

    private CompletionStage<HttpResponse> routed(HttpRequest request) {
        List<String> path = new ArrayList<>();
        request.getUri().pathSegments().forEach(path::add);
        ApiRouter.Route route;
        try {
            checkKey(request, path);
            route = router.find(request.method().value(), path);
            checkEnding(request);
        } catch (ApiError e) {
            request.discardEntityBytes(system);
            return CompletableFuture.failedFuture(e);
        }
        return body(request).thenComposeAsync(body -> route.answer(new ApiRequest(request, path, body)), workers);
    }

    private CompletionStage<ByteString> body(HttpRequest request) {
        long length = request.entity().getContentLengthOption().orElse(-1);
        if (length == 0) {
            return CompletableFuture.completedFuture(ByteString.emptyByteString());
        }
        if (length > options.bodyLimit()) {
            request.discardEntityBytes(system);
            return CompletableFuture.failedFuture(tooLarge());
        }
        return request.entity()
                .withSizeLimit(options.bodyLimit())
                .toStrict(options.bodyTime().toMillis(), options.bodyLimit(), system)
                .thenApply(strict -> strict.getData());
    }

    private void checkKey(HttpRequest request, List<String> path) {
        boolean open = options.apiKey().isEmpty()
                || (!path.isEmpty() && path.getFirst().equals("health"));
        if (open) {
            return;
        }
        byte[] shown = request.getHeader("Authorization")
                .map(header -> header.value())
                .orElse("")
                .getBytes(StandardCharsets.UTF_8);
        byte[] expected = ("Bearer " + options.apiKey().get()).getBytes(StandardCharsets.UTF_8);
        if (!MessageDigest.isEqual(shown, expected)) {
            throw ApiError.other(
                    StatusCodes.UNAUTHORIZED,
                    "invalid_api_key",
                    "the API key is wrong or missing: send Authorization: Bearer KEY");
        }
    }

    private void checkEnding(HttpRequest request) {
        if (ending && request.method().value().equals("POST")) {
            throw ApiError.unavailable("this server is ending: try again later, or another one");
        }
    }

    private HttpResponse error(Throwable failure, String id) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return told(cause, id).response();
    }

    private ApiError tooLarge() {
        return ApiError.other(
                StatusCodes.CONTENT_TOO_LARGE,
                "body_too_large",
                "the body is larger than " + options.bodyLimit() + " bytes: send less");
    }

    private ApiError told(@Nullable Throwable cause, String id) {
        return switch (cause) {
            case ApiError known -> known;
            case EntityStreamSizeException _ -> tooLarge();
            case EntityStreamException broken ->
                String.valueOf(broken.getMessage()).startsWith("Request too large")
                        ? tooLarge()
                        : ApiError.bad(null, "body_incomplete", "the body has not come to its end");
            case TimeoutException _ ->
                ApiError.other(
                        StatusCodes.REQUEST_TIMEOUT,
                        "body_too_slow",
                        "the body has not come within " + options.bodyTime().toSeconds() + " s");
            case null, default -> {
                LOG.error("request {} failed", id, cause);
                yield ApiError.broken("internal error; the server's log has more under the request id " + id);
            }
        };
    }
}
