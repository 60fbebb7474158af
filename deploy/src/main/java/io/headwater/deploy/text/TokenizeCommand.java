/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.ExitCode;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.ModelFlags;
import io.headwater.deploy.cli.OutputFlags;
import io.headwater.deploy.decode.BatchLines;
import io.headwater.deploy.decode.Cancellation;
import io.headwater.deploy.decode.TextInput;
import io.headwater.model.gguf.GgufException;
import io.headwater.model.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code headwater tokenize}: a text's tokens, without a token for the beginning. */
@Command(name = "tokenize", description = "Shows the tokens of a text.")
public final class TokenizeCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private final OutputFlags output = new OutputFlags();

    @Mixin
    private final ModelFlags model = new ModelFlags();

    @ArgGroup(multiplicity = "1")
    @SuppressWarnings("NullAway.Init") // set by picocli before call()
    private Source source;

    @Option(names = "--special", description = "read <|im_start|> and the like as tokens, not as text")
    private boolean special;

    @Option(names = "--ids", description = "print the ids alone: [1, 2, 3]")
    private boolean ids;

    private static final class Source {
        @Parameters(paramLabel = "TEXT", description = "the text")
        private @Nullable String text;

        @Option(
                names = {"-f", "--file"},
                paramLabel = "FILE",
                description = "take the text from a file, - for standard input")
        private @Nullable String file;

        @Option(
                names = "--batch",
                paramLabel = "FILE",
                description = "a request per line: {\"id\":…,\"text\":…,\"special\":true}; - for standard input")
        private @Nullable String batch;
    }

    public TokenizeCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, GgufException {
        Tokenizer tokenizer = ModelText.of(model.file(console, output)).tokenizer();
        if (source.batch != null) {
            return answerAll(source.batch, request -> answer(tokenizer, request));
        }
        show(tokenizer, tokenizer.encode(text(), special));
        return ExitCode.DONE;
    }

    private String text() {
        return source.text != null ? source.text : TextInput.read(console, Objects.requireNonNull(source.file));
    }

    private int answerAll(String lines, Function<JsonNode, Map<String, Object>> work) {
        boolean good = BatchLines.answer(console, BatchLines.read(console, lines), new Cancellation(), work);
        return good ? ExitCode.DONE : ExitCode.FAILED;
    }

    private Map<String, Object> answer(Tokenizer tokenizer, JsonNode request) {
        boolean parseSpecial = RequestFields.flag(request, "special", special);
        return Map.of("ids", tokenizer.encode(RequestFields.string(request, "text"), parseSpecial));
    }

    private void show(Tokenizer tokenizer, int[] tokens) {
        if (output.json()) {
            Json.print(console, Map.of("ids", tokens));
        } else if (ids) {
            console.out().println(Arrays.toString(tokens));
        } else {
            for (int token : tokens) {
                String piece = new String(tokenizer.bytes(token), StandardCharsets.UTF_8);
                console.out().println(String.format(Locale.ROOT, "%6d -> '%s'", token, piece));
            }
        }
    }
}
