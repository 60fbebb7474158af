/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.serve;

import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.ExitCode;
import io.headwater.deploy.cli.LogSetup;
import io.headwater.deploy.cli.Unavailable;
import io.headwater.deploy.cli.UserError;
import io.headwater.deploy.decode.DecodeFlags;
import io.headwater.deploy.decode.LoadedModel;
import io.headwater.deploy.http.ApiOptions;
import io.headwater.sessions.log.TokenLog;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jline.utils.Signals;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code headwater serve}: answers HTTP until it is asked to go. */
@Command(
        name = "serve",
        sortOptions = false,
        description = "Serves the model over HTTP: the OpenAI API, and sessions whose token streams survive a restart.",
        footer = "Ctrl-C or SIGTERM: running answers come to their end (20 s at most); a second one ends at once.")
public final class ServeCommand implements Callable<Integer> {
    private static final List<String> INFORMED =
            List.of("io.headwater.deploy.http", "io.headwater.sessions", "io.headwater.deploy.serve");

    private final Console console;

    @Mixin
    private final ListenFlags listen = new ListenFlags();

    @Mixin
    private final ServeFlags serve = new ServeFlags();

    @Mixin
    private final DatabaseFlags database = new DatabaseFlags();

    @Mixin
    private final DecodeFlags flags = new DecodeFlags();

    public ServeCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        return serve((_, _, _) -> {});
    }

    /** Hears when the server listens, on the command's thread. */
    @FunctionalInterface
    interface Listening {
        /** {@code end}: completes when the server is to end, which waits for this to return. */
        void on(String url, ApiOptions options, CompletableFuture<?> end) throws InterruptedException;
    }

    /** Serves until it is asked to end. */
    int serve(Listening listening) throws IOException, InterruptedException {
        serve.check();
        if (flags.output().json()) {
            throw new UserError("serve has no --json form: its answers are JSON");
        }
        ApiOptions api = listen.options(console);
        if (!flags.output().quiet()) {
            LogSetup.inform(INFORMED);
        }
        LogSetup.format(listen.logFormat());
        listen.warning(api).ifPresent(line -> flags.output().note(console, line));
        try (TokenLog log = database.open(console, serve.data(console));
                LoadedModel model = flags.load(console, serve.batching(), serve.caches(console));
                Server server = Server.start(serve, api, model, log, serve.caches(console))) {
            CompletableFuture<String> end = new CompletableFuture<>();
            model.node().ifPresent(node -> node.whenEnded().thenAccept(ended -> end.complete(ended.reason())));
            var _ = log.fenced().thenAccept(end::complete);
            return run(server, end, () -> listening.on(server.url(), api, end));
        }
    }

    @FunctionalInterface
    private interface Ready {
        void run() throws InterruptedException;
    }

    /** {@code end}: completes with why it must end, empty if it was asked to. */
    private int run(Server server, CompletableFuture<String> end, Ready ready) throws InterruptedException {
        Runnable asked = () -> {
            if (!end.complete("")) {
                Runtime.getRuntime().halt(ExitCode.INTERRUPTED);
            }
        };
        Signals.register("TERM", asked);
        Signals.register("INT", asked);
        console.err().println("listening on " + server.url());
        ready.run();
        try {
            String reason = end.get();
            if (!reason.isEmpty()) {
                throw new Unavailable(reason);
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a server's end cannot fail", e);
        }
        flags.output().note(console, "ending: running answers come to their end first");
        server.drain();
        return ExitCode.DONE;
    }
}
