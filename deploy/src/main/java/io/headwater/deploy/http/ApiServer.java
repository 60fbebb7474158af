/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import org.apache.pekko.io.TcpSO;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.concurrent.duration.FiniteDuration;

/**
 * Listens, reads bodies within bounds, asks for its name and the key, gives every request an id and one line in the log, and makes an answer of whatever went wrong. The
 * endpoints are answered on the given workers, but for health and metrics: who looks whether the server is well must not wait for those who tokenise.
 */
public final class ApiServer {
    private static final Logger LOG = LoggerFactory.getLogger(ApiServer.class);
    /** Longest answer without a stream; a stream says something more often. */
    private static final Duration SILENCE = Duration.ofMinutes(15);

    private static final int MOST_CONNECTIONS = 8192;
    private static final int BACKLOG = 1024;
    /**
     * Requests of one connection that may be at work. Two, though clients rarely send the next before they have the answer: with one the connection is not
     * read meanwhile, so that it would not be noticed when the client goes away.
     */
    private static final int PIPELINED = 2;

    private final ActorSystem<?> system;
    private final ApiParts parts;
    private final KnownHosts hosts;
    private final ApiKey key;
    private final ApiRouter router;
    private final Bodies bodies;
    private final Clients clients;
    /** Requests whose answers have not been written to their end. */
    private final AtomicInteger atWork = new AtomicInteger();

    private volatile boolean ending;

    private ApiServer(ActorSystem<?> system, ApiOptions options, ApiParts parts) {
        this.system = system;
        this.parts = parts;
        this.hosts = new KnownHosts(options.address());
        this.key = new ApiKey(options.apiKey());
        this.router = new ApiRouter(system, parts);
        this.bodies = new Bodies(system, options);
        this.clients = new Clients(options.idle());
    }

    /** A server that listens. */
    public record Listening(ServerBinding binding, ApiServer server, Cancellable watch) {
        public String url() {
            String host = binding.localAddress().getHostString();
            return "http://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":"
                    + binding.localAddress().getPort();
        }

        /** From now on only what has begun is answered. */
        public void refuseNewWork() {
            server.ending = true;
        }

        /** Requests whose answers, streams too, have not been written to their end. */
        public int atWork() {
            return server.atWork.get();
        }

        /** Stops listening and closes connections, after a time also those with an answer at work. */
        public CompletionStage<?> close(Duration deadline) {
            watch.cancel();
            return binding.terminate(deadline);
        }
    }

    /** Listens; port 0 takes a free one. */
    public static CompletionStage<Listening> start(ActorSystem<?> system, ApiOptions options, ApiParts parts) {
        ApiServer server = new ApiServer(system, options, parts);
        parts.meters().connections(server.clients::size);
        return Http.get(system)
                .newServerAt(options.host(), options.port())
                .adaptSettings(ApiServer::settings)
                .bindFlow(server.connection())
                .thenApply(binding -> new Listening(binding, server, server.clients.watch(system)));
    }

    /** Without Nagle's algorithm: a token does not wait for the acknowledgement of the one before. */
    private static ServerSettings settings(ServerSettings settings) {
        FiniteDuration silence = FiniteDuration.create(SILENCE.toSeconds(), "seconds");
        return settings.withTimeouts(settings.getTimeouts()
                        .withIdleTimeout(silence)
                        .withRequestTimeout(scala.concurrent.duration.Duration.Inf()))
                .withServerHeader(Optional.empty())
                .withParsingErrorHandler(UnreadableRequests.class.getName())
                .withMaxConnections(MOST_CONNECTIONS)
                .withBacklog(BACKLOG)
                .withPipeliningLimit(PIPELINED)
                .withSocketOptions(List.of(TcpSO.tcpNoDelay(true)));
    }

    private Flow<HttpRequest, HttpResponse, ?> connection() {
        return Flow.fromMaterializer((_, _) -> {
            Client client = clients.connected();
            return clients.line(client).mapAsync(PIPELINED, request -> answer(request, client));
        });
    }

    private CompletionStage<HttpResponse> answer(HttpRequest request, Client client) {
        RequestRecord record = new RequestRecord(request);
        atWork.incrementAndGet();
        var _ = record.gone().thenRun(() -> end(record, client, true));
        client.begins(record);
        return routed(request, record)
                .exceptionally(failure -> error(failure, record.id()))
                .thenApply(response -> {
                    record.answered(response.status().intValue());
                    return written(response, record, client).addHeader(RawHeader.create("X-Request-Id", record.id()));
                });
    }

    /** A stream is over with its last byte, another answer as soon as it is there. */
    private HttpResponse written(HttpResponse response, RequestRecord record, Client client) {
        if (!response.entity().isChunked()) {
            end(record, client, false);
            return response;
        }
        AtomicBoolean wholly = new AtomicBoolean();
        Source<ByteString, ?> afterLast = Source.lazySource(() -> {
            wholly.set(true);
            return Source.empty();
        });
        return response.transformEntityDataBytes(Flow.of(ByteString.class)
                .concatLazy(afterLast)
                .watchTermination((mat, done) -> {
                    var _ = done.whenComplete((_, _) -> end(record, client, !wholly.get()));
                    return mat;
                }));
    }

    private void end(RequestRecord record, Client client, boolean cut) {
        if (record.end(cut)) {
            atWork.decrementAndGet();
            client.ends(record);
            parts.meters().request(record.method(), record.endpoint(), record.status(), record.nanos());
        }
    }

    private CompletionStage<HttpResponse> routed(HttpRequest request, RequestRecord record) {
        ApiRouter.Found found;
        try {
            found = found(request);
            record.found(found.endpoint());
        } catch (ApiError e) {
            request.discardEntityBytes(system);
            return CompletableFuture.failedFuture(e);
        }
        Executor answers = found.endpoint().atOnce() ? system.executionContext() : parts.workers();
        return bodies.read(request)
                .thenComposeAsync(body -> found.answer(new ApiRequest(request, body, record.gone())), answers);
    }

    private ApiRouter.Found found(HttpRequest request) {
        hosts.check(request);
        List<String> path = new ArrayList<>();
        request.getUri().pathSegments().forEach(path::add);
        if (!router.open(path)) {
            key.check(request);
        }
        ApiRouter.Found found = router.find(request.method().value(), path);
        if (ending && found.endpoint().method().equals("POST")) {
            throw ApiError.unavailable("this server is ending: try again later, or another one");
        }
        return found;
    }

    private static HttpResponse error(Throwable failure, String id) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof ApiError known) {
            return known.response();
        }
        LOG.error("request {} failed", id, cause);
        return ApiError.broken("internal error; the server's log has more under the request id " + id)
                .response();
    }
}
