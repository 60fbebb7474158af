/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.pull;

import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.ExitCode;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.ModelFiles;
import io.headwater.deploy.cli.OutputFlags;
import io.headwater.deploy.models.ModelStore.StoredModel;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code headwater models}: what is at hand. */
@Command(name = "models", description = "Lists the models at hand.")
public final class ModelsCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private final OutputFlags output = new OutputFlags();

    public ModelsCommand(Console console) {
        this.console = console;
    }

    private record Shown(String name, String path, long bytes) {}

    @Override
    public Integer call() throws IOException {
        List<StoredModel> models = ModelFiles.store(console).models();
        if (output.json()) {
            Json.print(
                    console,
                    models.stream()
                            .map(model -> new Shown(model.name(), model.path().toString(), model.bytes()))
                            .toList());
        } else if (models.isEmpty()) {
            output.note(console, "no models yet: 'headwater pull' gets the default one (98 MB)");
        }
        for (StoredModel model : output.json() ? List.<StoredModel>of() : models) {
            console.out()
                    .println(String.format(
                            Locale.ROOT, "%-24s %8.1f MB  %s", model.name(), model.bytes() / 1e6, model.path()));
        }
        return ExitCode.DONE;
    }
}
