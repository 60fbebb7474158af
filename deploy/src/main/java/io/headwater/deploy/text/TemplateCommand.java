/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.ExitCode;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.ModelFlags;
import io.headwater.deploy.cli.OutputFlags;
import io.headwater.deploy.cli.UserError;
import io.headwater.deploy.decode.BatchLines;
import io.headwater.deploy.decode.Cancellation;
import io.headwater.deploy.decode.TextInput;
import io.headwater.model.gguf.GgufException;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code headwater template}: the prompt that a chat template makes of messages, to the last character. */
@Command(name = "template", description = "Shows the prompt that the model's chat template makes of messages.")
public final class TemplateCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private final OutputFlags output = new OutputFlags();

    @Mixin
    private final ModelFlags model = new ModelFlags();

    @ArgGroup(multiplicity = "1")
    @SuppressWarnings("NullAway.Init") // set by picocli before call()
    private Source source;

    @Option(names = "--no-generation-prompt", description = "without the beginning of an answer at the end")
    private boolean noGenerationPrompt;

    @Option(names = "--template", paramLabel = "FILE.jinja", description = "another template than the model's")
    private @Nullable String template;

    @Option(names = "--tools", paramLabel = "FILE.json", description = "a list of tools for the template")
    private @Nullable String tools;

    private static final class Source {
        @Option(
                names = "--messages",
                paramLabel = "FILE.json",
                description = "a list of {\"role\":…,\"content\":…}; - for standard input")
        private @Nullable String messages;

        @Option(
                names = "--batch",
                paramLabel = "FILE",
                description =
                        "a request per line: {\"id\":…,\"messages\":[…],\"add_generation_prompt\":true}; - for standard input")
        private @Nullable String batch;
    }

    public TemplateCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, GgufException {
        PromptTemplate prompts = prompts();
        @Nullable JsonNode toolList = tools == null ? null : Json.parse(TextInput.read(console, tools), tools);
        if (source.batch != null) {
            return answerAll(source.batch, request -> Map.of("prompt", answer(prompts, request, toolList)));
        }
        String file = Objects.requireNonNull(source.messages);
        JsonNode read = Json.parse(TextInput.read(console, file), file.equals("-") ? "standard input" : file);
        JsonNode request = read.isArray() ? Json.mapper().createObjectNode().set("messages", read) : read;
        show(answer(prompts, request, toolList));
        return ExitCode.DONE;
    }

    private int answerAll(String lines, Function<JsonNode, Map<String, Object>> work) {
        boolean good = BatchLines.answer(console, BatchLines.read(console, lines), new Cancellation(), work);
        return good ? ExitCode.DONE : ExitCode.FAILED;
    }

    private PromptTemplate prompts() throws IOException, InterruptedException, GgufException {
        ModelText text = ModelText.of(model.file(console, output));
        String jinja = template == null
                ? text.chatTemplate()
                        .orElseThrow(
                                () -> new UserError(
                                        text.file().getFileName()
                                                + " has no chat template (tokenizer.chat_template): give one with --template FILE.jinja"))
                : TextInput.read(console, template);
        return new PromptTemplate(jinja, text.specialTokens());
    }

    private String answer(PromptTemplate prompts, JsonNode request, @Nullable JsonNode toolList) {
        boolean generationPrompt = RequestFields.flag(request, "add_generation_prompt", !noGenerationPrompt);
        @Nullable JsonNode ownTools = request.get("tools");
        return prompts.render(request.path("messages"), generationPrompt, ownTools == null ? toolList : ownTools);
    }

    private void show(String prompt) {
        if (output.json()) {
            Json.print(console, Map.of("prompt", prompt));
        } else {
            console.out().print(prompt); // not one character more: this may go into a file
        }
    }
}
