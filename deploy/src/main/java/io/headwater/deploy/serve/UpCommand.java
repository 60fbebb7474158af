/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.serve;

import io.headwater.deploy.cli.Console;
import io.headwater.deploy.http.ApiOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code headwater up}: from a fresh machine to an answer, with one command; then it serves. */
@Command(
        name = "up",
        sortOptions = false,
        defaultValueProvider = UpCommand.Defaults.class,
        description =
                "The quickstart: gets the model if it is not here, starts two nodes and a server, streams one answer,"
                        + " says where the chat page is, and goes on serving. Takes all options of serve.")
public final class UpCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String QUESTION = "Why do rivers run to the sea?";

    private final Console console;

    @Mixin
    private final ServeCommand serve;

    public UpCommand(Console console) {
        this.console = console;
        this.serve = new ServeCommand(console);
    }

    /** Where {@code up} has another default than {@code serve}. */
    static final class Defaults implements IDefaultValueProvider {
        @Override
        public @Nullable String defaultValue(ArgSpec argument) {
            return argument instanceof OptionSpec option && option.longestName().equals("--nodes") ? "2" : null;
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        return serve.serve(this::show);
    }

    private void show(String url, ApiOptions options, CompletableFuture<?> end) throws InterruptedException {
        console.out().println("> " + QUESTION);
        FirstAnswer.Question question = new FirstAnswer.Question(url, options, QUESTION);
        FirstAnswer.stream(
                question,
                piece -> {
                    console.out().print(piece);
                    console.out().flush();
                },
                PATIENCE,
                end);
        String key = options.apiKey().isPresent() ? " -H \"Authorization: Bearer $HEADWATER_API_KEY\"" : "";
        console.out().println();
        console.out().println();
        console.out().println("chat:  " + url + "/");
        console.out()
                .println("curl:  curl -N " + url + "/v1/chat/completions" + key
                        + " -d '{\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"" + QUESTION
                        + "\"}]}'");
        console.out().println("end:   Ctrl-C");
        console.out().flush();
    }
}
