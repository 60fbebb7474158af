/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

import io.headwater.deploy.models.ModelName;
import io.headwater.deploy.models.ModelStore;
import io.headwater.deploy.models.PullListener;
import java.io.IOException;
import java.nio.file.Path;

/** The models of this user: where they lie, and how a missing one is pulled while a person watches. */
public final class ModelFiles {
    private ModelFiles() {}

    /** The folder: {@code HEADWATER_HOME/models}, by default {@code ~/.cache/headwater/models}. */
    public static ModelStore store(Console console) {
        Path home = console.variable("HEADWATER_HOME")
                .map(console::path)
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".cache", "headwater"));
        return ModelStore.at(home.resolve("models"));
    }

    /** The file that {@code name} stands for, pulled if it is missing. */
    public static Path find(String name, Console console, OutputFlags output) throws IOException, InterruptedException {
        try (ProgressBar bar = output.progress(console, "pulling", ProgressBar.Unit.BYTES)) {
            return store(console).get(ModelName.parse(name), console.workingDirectory(), new PullListener() {
                @Override
                public void note(String line) {
                    bar.clear();
                    output.note(console, line);
                }

                @Override
                public void progress(long doneBytes, long totalBytes) {
                    bar.update(doneBytes, totalBytes);
                }
            });
        }
    }
}
