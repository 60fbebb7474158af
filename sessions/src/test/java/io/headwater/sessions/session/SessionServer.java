/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.session;

import io.headwater.model.gguf.GgufFile;
import io.headwater.model.template.ChatTemplate;
import io.headwater.model.tokenizer.Tokenizer;
import io.headwater.sessions.decode.DecodeDesk;
import io.headwater.sessions.log.SessionEvent.ModelIdentity;
import io.headwater.sessions.log.TokenLog;
import io.headwater.sessions.prompt.Prompts;
import io.headwater.testing.TinyModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.jspecify.annotations.Nullable;

/** One life of a server without HTTP and without a model's weights: sessions, a log, and a decode client that the test plays. */
final class SessionServer implements AutoCloseable {
    static final int PLACES = 3;
    static final ModelIdentity MODEL = new ModelIdentity("tiny", 1, "bf16", 200);

    final ScriptedClient client = new ScriptedClient();
    final SessionService sessions;
    final Prompts prompts;
    final ActorTestKit kit = ActorTestKit.create();
    private final TokenLog log;
    private final DecodeDesk desk;
    private final Queue<Runnable> held = new ConcurrentLinkedQueue<>();
    private volatile boolean holding;

    SessionServer(Path directory, TokenLog log, Duration idle) throws Exception {
        this(directory, log, idle, Duration.ofMinutes(10));
    }

    SessionServer(Path directory, TokenLog log, Duration idle, Duration grace) throws Exception {
        this(directory, log, idle, grace, MODEL);
    }

    /** The log becomes its own. */
    SessionServer(Path directory, TokenLog log, Duration idle, Duration grace, ModelIdentity model) throws Exception {
        try (GgufFile file = GgufFile.open(TinyModel.create().write(directory))) {
            prompts = new Prompts(
                    Tokenizer.of(file.metadata()),
                    Optional.of(ChatTemplate.parse(
                            file.metadata().string("tokenizer.chat_template").orElseThrow())));
        }
        this.log = log;
        desk = DecodeDesk.start(client, PLACES);
        SessionSettings settings = new SessionSettings(model, 200, idle, grace, Duration.ofSeconds(20));
        sessions = SessionService.start(kit.system(), new SessionParts(log, desk, prompts, this::work, settings));
    }

    /** From now on no prompt is made, until {@link #goOn}. */
    void hold() {
        holding = true;
    }

    void goOn() {
        holding = false;
        for (@Nullable Runnable task = held.poll(); task != null; task = held.poll()) {
            task.run();
        }
    }

    boolean holds() {
        return !held.isEmpty();
    }

    private void work(Runnable task) {
        if (holding) {
            held.add(task);
        } else {
            task.run();
        }
    }

    TokenLog log() {
        return log;
    }

    /** As abrupt as this process can be: what has not been committed is lost. */
    @Override
    public void close() {
        sessions.end().toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
        desk.close();
        log.close();
        kit.shutdownTestKit();
    }
}
