/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.score;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.ExitCode;
import io.headwater.deploy.cli.Interrupts;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.ProgressBar;
import io.headwater.deploy.cli.UserError;
import io.headwater.deploy.decode.AskedScore;
import io.headwater.deploy.decode.BatchLines;
import io.headwater.deploy.decode.Cancellation;
import io.headwater.deploy.decode.DecodeFlags;
import io.headwater.deploy.decode.JsonTokens;
import io.headwater.deploy.decode.LoadedModel;
import io.headwater.deploy.decode.TextInput;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code headwater score}: the log-probability of each token of a text. */
@Command(
        name = "score",
        sortOptions = false,
        description = "Log-probability of each token of a text given those before it, and the top tokens after it.")
public final class ScoreCommand implements Callable<Integer> {
    private static final Set<String> FIELDS = Set.of("id", "text", "tokens");
    private final Console console;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "the text (- for standard input)")
    private @Nullable String file;

    @Option(
            names = "--batch",
            paramLabel = "FILE.jsonl",
            description = "one text per line (- for standard input), one JSON answer per line")
    private @Nullable String batch;

    @Mixin
    private final DecodeFlags flags = new DecodeFlags();

    public ScoreCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if ((file == null) == (batch == null)) {
            throw new UserError("give the text with -f FILE (- for standard input), or many with --batch FILE.jsonl");
        }
        Cancellation cancellation = new Cancellation();
        return batch == null ? one(Objects.requireNonNull(file), cancellation) : many(batch, cancellation);
    }

    private int one(String source, Cancellation cancellation) throws IOException, InterruptedException {
        String text = TextInput.read(console, source);
        if (text.isEmpty()) {
            throw new UserError("the text is empty: give at least one character");
        }
        try (LoadedModel model = flags.load(console);
                ProgressBar bar = flags.output().progress(console, "scoring", ProgressBar.Unit.ITEMS);
                Interrupts _ = Interrupts.during(cancellation::ask)) {
            int[] ids = model.promptTokens(text);
            model.checkPrompt(ids);
            AskedScore asked = Score.ask(model, ids, bar::update);
            model.await(asked, cancellation);
            Score score = Score.of(ids, asked);
            bar.clear();
            if (flags.output().json()) {
                Json.print(console, score);
            } else {
                HumanScore.print(console, model, score);
            }
            return ExitCode.DONE;
        }
    }

    private int many(String source, Cancellation cancellation) throws IOException, InterruptedException {
        var lines = BatchLines.read(console, source);
        try (LoadedModel model = flags.load(console);
                Interrupts _ = Interrupts.during(cancellation::ask)) {
            boolean good = BatchLines.answerTogether(console, lines, cancellation, request -> {
                int[] ids = tokens(model, request);
                model.checkPrompt(ids);
                AskedScore asked = Score.ask(model, ids, (_, _) -> {});
                return () -> {
                    model.await(asked, cancellation);
                    return json(Score.of(ids, asked));
                };
            });
            return good ? ExitCode.DONE : ExitCode.FAILED;
        }
    }

    private static int[] tokens(LoadedModel model, JsonNode request) {
        request.fieldNames().forEachRemaining(name -> {
            if (!FIELDS.contains(name)) {
                throw new UserError("unknown field \"" + name + "\": give \"text\" or \"tokens\"");
            }
        });
        if (request.has("tokens") == request.has("text")) {
            throw new UserError("give either \"text\" or \"tokens\"");
        }
        if (request.has("tokens")) {
            return JsonTokens.of(request.get("tokens"));
        }
        if (!request.get("text").isTextual()) {
            throw new UserError("\"text\" must be a string");
        }
        return model.promptTokens(request.get("text").asText());
    }

    private static Map<String, Object> json(Score score) {
        return Json.mapper().convertValue(score, new TypeReference<Map<String, Object>>() {});
    }
}
