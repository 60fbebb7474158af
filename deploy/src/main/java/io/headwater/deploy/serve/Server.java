/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.serve;

import io.headwater.actors.node.CacheFolder;
import io.headwater.actors.plan.ClusterStatus;
import io.headwater.actors.plan.ModelFingerprint;
import io.headwater.deploy.cli.UserError;
import io.headwater.deploy.decode.LoadedModel;
import io.headwater.deploy.http.ApiOptions;
import io.headwater.deploy.http.ApiParts;
import io.headwater.deploy.http.ApiServer;
import io.headwater.deploy.http.ServedModel;
import io.headwater.deploy.metrics.ServerMeters;
import io.headwater.model.gguf.GgufException;
import io.headwater.model.saved.SnapshotFiles;
import io.headwater.model.snapshot.ArithmeticVersion;
import io.headwater.model.template.ChatTemplate;
import io.headwater.model.template.TemplateException;
import io.headwater.sessions.decode.DecodeDesk;
import io.headwater.sessions.log.SessionEvent.ModelIdentity;
import io.headwater.sessions.log.TokenLog;
import io.headwater.sessions.prompt.Prompts;
import io.headwater.sessions.session.DecodeIds;
import io.headwater.sessions.session.SessionParts;
import io.headwater.sessions.session.SessionService;
import io.headwater.sessions.session.SessionSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A server that runs: sessions over a model and a log, and HTTP over them. Owned by the command's thread. */
final class Server implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Server.class);
    private static final Duration DRAIN = Duration.ofSeconds(20);
    private static final Duration END = Duration.ofSeconds(5);
    private static final Duration LAST_BYTES = Duration.ofSeconds(2);
    private static final Duration READ = Duration.ofSeconds(30);
    private static final Duration RETRY = Duration.ofSeconds(60);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final int WORKERS = 2;

    private final SessionService sessions;
    private final ApiServer.Listening http;
    /** What was started, the last first. */
    private final Deque<Runnable> ends;

    private Server(SessionService sessions, ApiServer.Listening http, Deque<Runnable> ends) {
        this.sessions = sessions;
        this.http = http;
        this.ends = ends;
    }

    /**
     * Starts it over a model and a log, which stay the caller's; the model's client does not. Caches of sessions go to {@code caches}.
     *
     * @throws UserError if the port is taken, or the model's chat template cannot be read
     */
    static Server start(ServeFlags flags, ApiOptions api, LoadedModel model, TokenLog log, Optional<CacheFolder> caches)
            throws IOException {
        Deque<Runnable> ends = new ArrayDeque<>();
        boolean started = false;
        try {
            Prompts prompts = new Prompts(model.tokenizer(), template(model));
            SessionSettings settings = new SessionSettings(
                    identity(model), model.contextLength(), flags.sessionIdle(), flags.resumeGrace(), RETRY);
            ActorSystem<?> system = system(model, ends);
            ExecutorService workers = Executors.newFixedThreadPool(
                    WORKERS, Thread.ofPlatform().daemon().name("api-worker-", 1).factory());
            ends.push(workers::shutdown);
            ServerMeters meters = new ServerMeters();
            ends.push(meters::close);
            log.writer().onCommit(meters::committed);
            if (caches.isPresent()) {
                keepCaches(caches.get(), model, log);
            }
            DecodeDesk desk = DecodeDesk.start(meters.measured(model.client()), flags.places());
            ends.push(desk::close);
            SessionService sessions =
                    SessionService.start(system, new SessionParts(log, desk, prompts, workers, settings));
            ends.push(() -> within(sessions.end().toCompletableFuture(), END));
            flags.expiry().start(system, sessions);
            ServedModel served = ServedModel.of(model, prompts);
            ApiServer.Listening http = listen(
                    system, api, new ApiParts(sessions, served, status(model, sessions, meters), meters, workers));
            started = true;
            return new Server(sessions, http, ends);
        } finally {
            if (!started) {
                ends.forEach(Runnable::run);
            }
        }
    }

    private static ActorSystem<?> system(LoadedModel model, Deque<Runnable> ends) {
        if (model.node().isPresent()) {
            return model.node().get().system();
        }
        ActorSystem<Void> own = LocalSystem.start();
        ends.push(() -> {
            own.terminate();
            within(own.getWhenTerminated().toCompletableFuture(), END);
        });
        return own;
    }

    /** Sessions' caches outlive this process as files; those of sessions that are no more go. */
    private static void keepCaches(CacheFolder caches, LoadedModel model, TokenLog log) throws IOException {
        model.keepCaches(caches, ModelFingerprint.of(model.file()), line -> LOG.warn("{}", line));
        Set<Long> known = new HashSet<>();
        log.reader()
                .sessions()
                .toCompletableFuture()
                .orTimeout(READ.toSeconds(), TimeUnit.SECONDS)
                .join()
                .forEach(id -> known.add(DecodeIds.of(id)));
        SnapshotFiles.keepOnly(caches.path(), known);
    }

    private static Supplier<CompletionStage<ClusterStatus>> status(
            LoadedModel model, SessionService sessions, ServerMeters meters) {
        return () -> model.node().isPresent()
                ? model.node().get().status()
                : LocalStatus.of(model, sessions, meters.kvHeld().shrunk());
    }

    private static Optional<ChatTemplate> template(LoadedModel model) {
        try {
            Optional<String> source = model.file().metadata().string("tokenizer.chat_template");
            return source.isPresent() ? Optional.of(ChatTemplate.parse(source.get())) : Optional.empty();
        } catch (GgufException | TemplateException e) {
            throw new UserError("the model's chat template cannot be used: " + e.getMessage(), e);
        }
    }

    private static ModelIdentity identity(LoadedModel model) throws IOException {
        return new ModelIdentity(
                ModelFingerprint.of(model.file()),
                ArithmeticVersion.CURRENT,
                model.options().kvType().name().toLowerCase(Locale.ROOT),
                model.contextLength());
    }

    private static ApiServer.Listening listen(ActorSystem<?> system, ApiOptions api, ApiParts parts) {
        try {
            return ApiServer.start(system, api, parts).toCompletableFuture().join();
        } catch (CompletionException e) {
            throw new UserError(
                    "--port " + api.port() + " of " + api.host()
                            + " cannot be used (does another program listen there?): give another one, or 0 for a free one",
                    e);
        }
    }

    SessionService sessions() {
        return sessions;
    }

    String url() {
        return http.url();
    }

    /** No new work; what runs may come to its end, for some time. What has not is in the log and goes on when a server starts again. */
    void drain() {
        http.refuseNewWork();
        sessions.drain();
        waitFor(() -> sessions.atWork() == 0, DRAIN);
        if (sessions.atWork() > 0) {
            LOG.warn("{} answers are not at their end: they go on when the server starts again", sessions.atWork());
        }
    }

    /** Ends sessions first, so that streams close after what was told; then HTTP, then the decode loop. */
    @Override
    public void close() {
        http.refuseNewWork();
        Runnable endSessions = ends.pop();
        endSessions.run();
        waitFor(() -> http.atWork() == 0, END);
        within(http.close(LAST_BYTES).toCompletableFuture(), END);
        ends.forEach(Runnable::run);
    }

    private static void waitFor(BooleanSupplier condition, Duration timeout) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean() && System.nanoTime() - start < timeout.toNanos()) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private static void within(Future<?> future, Duration timeout) {
        try {
            future.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.warn("a part of the server has not ended within {} s: {}", timeout.toSeconds(), e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
