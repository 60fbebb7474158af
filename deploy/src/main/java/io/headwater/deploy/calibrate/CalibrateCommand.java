/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.calibrate;

import io.headwater.actors.plan.ModelFingerprint;
import io.headwater.compression.entropy.Calibration;
import io.headwater.deploy.calibration.CalibrationFile;
import io.headwater.deploy.calibration.Calibrations;
import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.ExitCode;
import io.headwater.deploy.cli.Interrupts;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.ModelFlags;
import io.headwater.deploy.cli.OutputFlags;
import io.headwater.deploy.cli.ProgressBar;
import io.headwater.deploy.cli.UserError;
import io.headwater.deploy.cli.WorkFailed;
import io.headwater.deploy.decode.Cancellation;
import io.headwater.deploy.decode.TextInput;
import io.headwater.model.calibration.CalibrationRun;
import io.headwater.model.engine.EngineException;
import io.headwater.model.engine.EngineGroup;
import io.headwater.model.engine.EngineOptions;
import io.headwater.model.engine.LoadListener;
import io.headwater.model.gguf.GgufException;
import io.headwater.model.llama.LlamaModel;
import io.headwater.model.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code headwater calibrate}: which heads of a model have how much to say. */
@Command(
        name = "calibrate",
        sortOptions = false,
        description =
                "Measures the entropy of each KV head's queries over a text, by which uncomp and allocation=entropy"
                        + " divide budgets; writes it beside the model.")
public final class CalibrateCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private final ModelFlags model = new ModelFlags();

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            required = true,
            description = "the text (- for standard input): some 20,000 tokens of what the model is used for")
    private String file = "";

    @Option(
            names = "--samples",
            paramLabel = "N",
            defaultValue = "10",
            description = "parts of the text that are measured, fewer if it is short (default: ${DEFAULT-VALUE})")
    private int samples;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            defaultValue = "2048",
            description = "tokens of each part (default: ${DEFAULT-VALUE})")
    private int tokens;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description =
                    "workers that read the text (default: one for each core); the spectra of what they read take all"
                            + " cores, whatever this says")
    private int threads;

    @Mixin
    private final OutputFlags output = new OutputFlags();

    public CalibrateCommand(Console console) {
        this.console = console;
    }

    private record Written(String path, CalibrationFile calibration) {}

    @Override
    public Integer call() throws IOException, InterruptedException, GgufException {
        if (samples < 1 || tokens < Samples.LEAST_TOKENS || threads < 0) {
            throw new UserError("--samples " + samples + " --tokens " + tokens + " --threads " + threads
                    + ": give at least 1 sample of " + Samples.LEAST_TOKENS + " tokens, and no negative number");
        }
        String text = TextInput.read(console, file);
        Path path = model.file(console, output);
        Path target = Calibrations.beside(path);
        if (!Files.isWritable(target.toAbsolutePath().getParent())) {
            throw new UserError(target
                    + " cannot be written: copy the model to a folder where files can be, or link it from there");
        }
        try (LlamaModel opened = LlamaModel.open(path)) {
            List<int[]> parts = parts(opened, text);
            Calibration calibration = measured(opened, parts);
            show(new Written(target.toString(), written(calibration, target)));
        }
        return ExitCode.DONE;
    }

    private List<int[]> parts(LlamaModel opened, String text) throws GgufException {
        if (tokens > opened.config().contextLength()) {
            throw new UserError("--tokens " + tokens + ": this model's context has "
                    + opened.config().contextLength());
        }
        long bytes = CalibrationRun.heapBytes(opened.config(), tokens);
        if (bytes > Runtime.getRuntime().maxMemory() / 4 * 3) {
            throw new UserError("--tokens " + tokens + " take " + (bytes >> 20) + " MiB of Java heap, there are "
                    + (Runtime.getRuntime().maxMemory() >> 20) + ": give fewer");
        }
        List<int[]> parts = Samples.of(Tokenizer.of(opened.file().metadata()), text, samples, tokens);
        if (parts.size() < samples) {
            output.note(console, "the text is enough for " + parts.size() + " of " + samples + " samples");
        }
        return parts;
    }

    private Calibration measured(LlamaModel opened, List<int[]> parts) throws IOException {
        int workers = threads == 0 ? EngineOptions.defaultThreads(1) : threads;
        Cancellation cancellation = new Cancellation();
        try (ProgressBar bar = output.progress(console, "calibrating", ProgressBar.Unit.ITEMS);
                Interrupts _ = Interrupts.during(cancellation::ask);
                EngineGroup engines =
                        EngineGroup.start(opened, EngineOptions.of(1, workers, tokens), LoadListener.SILENT)) {
            CalibrationRun run = new CalibrationRun(engines, opened.config(), cancellation::asked);
            return run.over(
                    parts, ModelFingerprint.of(opened.file()), done -> bar.update(done, (long) parts.size() * tokens));
        } catch (EngineException e) {
            throw new WorkFailed(String.valueOf(e.getMessage()), e);
        }
    }

    private static CalibrationFile written(Calibration calibration, Path target) {
        try {
            return Calibrations.write(calibration, target);
        } catch (IOException e) {
            throw new WorkFailed(
                    target + " cannot be written (" + e + "): copy the model to a folder where files can be", e);
        }
    }

    private void show(Written written) {
        if (output.json()) {
            Json.print(console, written);
            return;
        }
        CalibrationFile of = written.calibration();
        console.out().println("layer  stage  hidden  queries of each KV head");
        for (int layer = 0; layer < of.hiddenEntropy().size(); layer++) {
            StringBuilder line = new StringBuilder("%5d %6d  %.4f "
                    .formatted(layer, of.stages().get(layer), of.hiddenEntropy().get(layer)));
            of.queryEntropy().get(layer).forEach(entropy -> line.append(" %.4f".formatted(entropy)));
            console.out().println(line);
        }
        console.out()
                .println("entropies over " + of.samples() + " samples of " + of.tokens() + " tokens; wrote "
                        + written.path());
        console.out().flush();
    }
}
