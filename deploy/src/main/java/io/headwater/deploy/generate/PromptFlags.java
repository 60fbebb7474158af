/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.generate;

import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.UserError;
import io.headwater.deploy.decode.TextInput;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Where the prompt comes from: exactly one of the four. */
final class PromptFlags {
    @Option(
            names = {"-p", "--prompt"},
            paramLabel = "PROMPT",
            description = "the prompt, used as it is")
    private @Nullable String prompt;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "a file with the prompt")
    private @Nullable String file;

    @Parameters(arity = "0..1", paramLabel = "-", description = "read the prompt from standard input")
    private @Nullable String input;

    @Option(
            names = "--batch",
            paramLabel = "FILE.jsonl",
            description = "one request per line (- for standard input), one JSON answer per line")
    private @Nullable String batch;

    @Nullable
    String batch() {
        return batch;
    }

    /** Refuses none and more than one. */
    void check() {
        if (input != null && !input.equals("-")) {
            throw new UserError("unexpected argument '" + input + "': give the prompt with -p");
        }
        long given =
                Stream.of(prompt, file, input, batch).filter(Objects::nonNull).count();
        if (given != 1) {
            throw new UserError((given == 0 ? "no prompt" : "more than one prompt")
                    + ": give one of -p PROMPT, -f FILE, - (standard input) or --batch FILE.jsonl");
        }
    }

    /** The prompt's text, never empty. */
    String read(Console console) {
        String source = file != null ? file : "-";
        String text = prompt != null ? prompt : TextInput.read(console, source);
        if (text.isEmpty()) {
            throw new UserError("the prompt is empty: give at least one character");
        }
        return text;
    }
}
