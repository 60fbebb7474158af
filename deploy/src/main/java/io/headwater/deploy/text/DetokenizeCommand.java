/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.text;

import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.ExitCode;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.ModelFlags;
import io.headwater.deploy.cli.OutputFlags;
import io.headwater.deploy.cli.UserError;
import io.headwater.model.gguf.GgufException;
import io.headwater.model.tokenizer.Tokenizer;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code headwater detokenize}: the text of tokens. */
@Command(name = "detokenize", description = "Shows the text of token ids.")
public final class DetokenizeCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private final OutputFlags output = new OutputFlags();

    @Mixin
    private final ModelFlags model = new ModelFlags();

    @Parameters(paramLabel = "ID", arity = "1..*", split = ",", description = "token ids")
    private List<Integer> ids = List.of();

    public DetokenizeCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, GgufException {
        Tokenizer tokenizer = ModelText.of(model.file(console, output)).tokenizer();
        for (int id : ids) {
            if (id < 0 || id >= tokenizer.vocabSize()) {
                throw new UserError(
                        "token " + id + " is not in the vocabulary: ids go from 0 to " + (tokenizer.vocabSize() - 1));
            }
        }
        String text = tokenizer.decode(ids.stream().mapToInt(Integer::intValue).toArray());
        if (output.json()) {
            Json.print(console, Map.of("text", text));
        } else {
            console.out().println(text);
        }
        return ExitCode.DONE;
    }
}
