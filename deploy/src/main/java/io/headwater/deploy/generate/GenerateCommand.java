/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.generate;

import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.ExitCode;
import io.headwater.deploy.cli.Interrupts;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.OutputFlags;
import io.headwater.deploy.cli.ProgressBar;
import io.headwater.deploy.cli.SamplingFlags;
import io.headwater.deploy.decode.Answer;
import io.headwater.deploy.decode.AskedAnswer;
import io.headwater.deploy.decode.Cancellation;
import io.headwater.deploy.decode.DecodeFlags;
import io.headwater.deploy.decode.GenerationOptions;
import io.headwater.deploy.decode.LoadedModel;
import io.headwater.deploy.decode.TextListener;
import io.headwater.model.generation.FinishReason;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code headwater generate}: a completion, streamed. */
@Command(
        name = "generate",
        sortOptions = false,
        description = "Streams a completion of a prompt (greedy unless --temperature says otherwise).")
public final class GenerateCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private final PromptFlags prompt = new PromptFlags();

    @Option(names = "--chat", description = "the prompt is a user's message: wrap it by the model's chat template")
    private boolean chat;

    @Option(names = "--events", description = "with --json: first a line for each piece of text, when it comes")
    private boolean events;

    @Mixin
    private final SamplingFlags sampling = new SamplingFlags();

    @Mixin
    private final DecodeFlags flags = new DecodeFlags();

    public GenerateCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        CommandStart start = CommandStart.now();
        prompt.check();
        GenerationOptions options = GenerationOptions.of(sampling, GenerationOptions.greedy());
        if (prompt.batch() != null) {
            return new GenerateBatch(console, flags, options, start).run(Objects.requireNonNull(prompt.batch()));
        }
        String text = prompt.read(console);
        try (LoadedModel model = flags.load(console)) {
            int[] ids = chat ? Prompts.chat(model, text) : model.promptTokens(text);
            model.checkPrompt(ids);
            return generate(new Generation(model, start), ids, options);
        }
    }

    private int generate(Generation generation, int[] ids, GenerationOptions options) {
        OutputFlags output = flags.output();
        Cancellation cancellation = new Cancellation();
        TextListener listener = listener(cancellation);
        AskedAnswer asked;
        try (ProgressBar bar = output.progress(console, "reading the prompt", ProgressBar.Unit.ITEMS);
                Interrupts _ = Interrupts.during(cancellation::ask)) {
            asked = generation.ask(
                    ids,
                    options,
                    generation.model().kv(),
                    piece -> {
                        bar.clear();
                        listener.text(piece);
                    },
                    ids.length > Generation.LONG_PROMPT ? bar::update : (_, _) -> {});
            generation.model().await(asked, cancellation);
        }
        Generated generated = generation.report(ids, generation.model().kv(), asked);
        if (output.json()) {
            Json.print(console, generated.json());
        } else {
            HumanAnswer.print(console, output, generated);
        }
        return exitCode(generated.answer());
    }

    private TextListener listener(Cancellation cancellation) {
        if (!flags.output().json()) {
            return piece -> stream(piece, cancellation);
        }
        return events ? piece -> Json.print(console, Map.of("text", piece)) : TextListener.SILENT;
    }

    /** A closed pipe ({@code | head}) ends the work: nobody reads on. */
    private void stream(String piece, Cancellation cancellation) {
        console.out().print(piece);
        if (console.out().checkError()) { // flushes, too
            cancellation.ask();
        }
    }

    static int exitCode(Answer answer) {
        return answer.finishReason() == FinishReason.CANCELLED ? ExitCode.INTERRUPTED : ExitCode.DONE;
    }
}
