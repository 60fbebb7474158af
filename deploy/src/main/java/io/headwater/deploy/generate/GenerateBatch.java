/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.generate;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.ExitCode;
import io.headwater.deploy.cli.Interrupts;
import io.headwater.deploy.cli.UserError;
import io.headwater.deploy.decode.AskedAnswer;
import io.headwater.deploy.decode.BatchLines;
import io.headwater.deploy.decode.Cancellation;
import io.headwater.deploy.decode.DecodeFlags;
import io.headwater.deploy.decode.GenerationOptions;
import io.headwater.deploy.decode.JsonTokens;
import io.headwater.deploy.decode.LoadedModel;
import io.headwater.deploy.decode.TextListener;
import io.headwater.model.kvcache.KvOptions;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** {@code generate --batch}: one request per line, decoded together, answered in their order. */
final class GenerateBatch {
    private static final Set<String> PROMPTS = Set.of("prompt", "messages", "tokens");

    private final Console console;
    private final DecodeFlags flags;
    private final GenerationOptions options;
    private final CommandStart start;

    GenerateBatch(Console console, DecodeFlags flags, GenerationOptions options, CommandStart start) {
        this.console = console;
        this.flags = flags;
        this.options = options;
        this.start = start;
    }

    int run(String source) throws IOException, InterruptedException {
        List<String> lines = BatchLines.read(console, source);
        Cancellation cancellation = new Cancellation();
        try (LoadedModel model = flags.load(console);
                Interrupts _ = Interrupts.during(cancellation::ask)) {
            Generation generation = new Generation(model, start);
            boolean good = BatchLines.answerTogether(
                    console, lines, cancellation, request -> ask(generation, request, cancellation));
            return cancellation.asked() ? ExitCode.INTERRUPTED : good ? ExitCode.DONE : ExitCode.FAILED;
        }
    }

    private Supplier<Map<String, Object>> ask(Generation generation, JsonNode request, Cancellation cancellation) {
        LineOptions line = LineOptions.of(request, PROMPTS);
        int[] prompt = prompt(generation.model(), request, line.chat());
        GenerationOptions asked = GenerationOptions.of(line.sampling(), options);
        KvOptions kv = generation
                .model()
                .calibrations()
                .calibrated(line.kv(generation.model().kv()));
        generation.model().checkPrompt(prompt, kv);
        AskedAnswer answer = generation.ask(prompt, asked, kv, TextListener.SILENT, (_, _) -> {});
        return () -> {
            generation.model().await(answer, cancellation);
            return generation.report(prompt, kv, answer).json();
        };
    }

    private static int[] prompt(LoadedModel model, JsonNode request, boolean chat) {
        long given = PROMPTS.stream().filter(request::has).count();
        if (given != 1) {
            throw new UserError((given == 0 ? "no prompt" : "more than one prompt")
                    + ": give one of \"prompt\", \"messages\" and \"tokens\"");
        }
        if (request.has("tokens")) {
            return JsonTokens.of(request.get("tokens"));
        }
        if (request.has("messages")) {
            return Prompts.chat(model, LineOptions.messages(request.get("messages")));
        }
        JsonNode text = request.get("prompt");
        if (!text.isTextual() || text.asText().isEmpty()) {
            throw new UserError("\"prompt\" must be a string that is not empty");
        }
        return chat ? Prompts.chat(model, text.asText()) : model.promptTokens(text.asText());
    }
}
