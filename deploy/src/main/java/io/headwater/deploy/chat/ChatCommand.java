/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.chat;

import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.ExitCode;
import io.headwater.deploy.cli.SamplingFlags;
import io.headwater.deploy.cli.UserError;
import io.headwater.deploy.decode.DecodeFlags;
import io.headwater.deploy.decode.GenerationOptions;
import io.headwater.deploy.decode.LoadedModel;
import io.headwater.model.generation.TurnOptions;
import io.headwater.model.sampling.SamplingOptions;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code headwater chat}: a conversation. */
@Command(
        name = "chat",
        sortOptions = false,
        description = "Talks with the model; /help lists the commands inside.",
        footer = "Defaults as in llama.cpp: --temperature 0.8 --top-k 40 --top-p 0.95 --min-p 0.05")
public final class ChatCommand implements Callable<Integer> {
    private final Console console;

    @Option(names = "--system", paramLabel = "TEXT", description = "the system message (default: the template's)")
    private @Nullable String system;

    @Mixin
    private final SamplingFlags sampling = new SamplingFlags();

    @Mixin
    private final DecodeFlags flags = new DecodeFlags();

    public ChatCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (flags.output().json()) {
            throw new UserError("chat has no --json form: use generate --chat --json");
        }
        GenerationOptions options = GenerationOptions.of(sampling, defaults());
        try (LoadedModel model = flags.load(console);
                Conversation conversation = new Conversation(model, options, Optional.ofNullable(system));
                LineSource lines = console.isInteractive() ? new TerminalLines() : new PlainLines(console)) {
            if (console.isInteractive()) {
                flags.output().note(console, model.name() + " is ready; /help lists the commands, Ctrl-D leaves");
            }
            new ChatLoop(console, flags.output(), conversation, new MessageReader(lines)).run();
            return ExitCode.DONE;
        }
    }

    private static GenerationOptions defaults() {
        SamplingOptions lively = SamplingOptions.builder()
                .temperature(0.8)
                .topK(40)
                .topP(0.95)
                .minP(0.05)
                .build();
        return new GenerationOptions(lively, 0, new TurnOptions(TurnOptions.UNLIMITED, List.of(), false));
    }
}
