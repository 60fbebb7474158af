/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.score;

import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.ExitCode;
import io.headwater.deploy.cli.Interrupts;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.ProgressBar;
import io.headwater.deploy.cli.UserError;
import io.headwater.deploy.decode.Cancellation;
import io.headwater.deploy.decode.DecodeFlags;
import io.headwater.deploy.decode.LoadedModel;
import io.headwater.deploy.decode.TextInput;
import io.headwater.deploy.quality.ForkedText;
import io.headwater.deploy.quality.Variant;
import io.headwater.deploy.quality.VariantFlags;
import io.headwater.model.decoding.Reconstruction;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code headwater perplexity}. */
@Command(
        name = "perplexity",
        sortOptions = false,
        description = "Perplexity of a text: windows without overlap, the second half of each is scored.")
public final class PerplexityCommand implements Callable<Integer> {
    private static final int SMALLEST_WINDOW = 4;
    private final Console console;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            required = true,
            description = "the text (- for standard input)")
    private String file = "";

    @Option(
            names = "--window",
            paramLabel = "W",
            defaultValue = "512",
            description = "tokens of a window (default: ${DEFAULT-VALUE})")
    private int window;

    @Option(names = "--windows", paramLabel = "N", description = "only the first N windows (default: all)")
    private @Nullable Integer windows;

    @Option(
            names = "--skip",
            paramLabel = "N",
            defaultValue = "0",
            description = "leave the text's first N tokens out (default: ${DEFAULT-VALUE})")
    private int skip;

    @Option(
            names = "--stream",
            description = "the whole text in one session, which goes on beyond the context if it has a --kv-policy;"
                    + " per_window is then of each stretch of W tokens")
    private boolean stream;

    @Option(
            names = "--compress-half",
            description = "compare policies: compress each window's first half, once, by every --kv-policy at every"
                    + " --kv-budget or --keep")
    private boolean compressHalf;

    @Mixin
    private final VariantFlags variants = new VariantFlags();

    @Mixin
    private final DecodeFlags flags = new DecodeFlags();

    public PerplexityCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (window < SMALLEST_WINDOW) {
            throw new UserError("--window " + window + ": give at least " + SMALLEST_WINDOW);
        }
        if (windows != null && windows < 1) {
            throw new UserError("--windows " + windows + ": give at least 1");
        }
        if (skip < 0) {
            throw new UserError("--skip " + skip + ": give at least 0");
        }
        if (compressHalf && stream) {
            throw new UserError("--compress-half and --stream exclude each other: give one of them");
        }
        if (!compressHalf && variants.given()) {
            throw new UserError("--keep compares policies: give it with --compress-half");
        }
        String text = TextInput.read(console, file);
        return compressHalf ? compareHalves(text) : score(text);
    }

    private int score(String text) throws IOException, InterruptedException {
        Cancellation cancellation = new Cancellation();
        try (LoadedModel model = flags.load(console);
                ProgressBar bar = flags.output().progress(console, "scoring", ProgressBar.Unit.ITEMS);
                Interrupts _ = Interrupts.during(cancellation::ask)) {
            int[] tokens = tokens(model, text);
            int[] wanted = stream ? streamed(model, tokens) : windowed(model, tokens);
            TextScorer scorer = new TextScorer(model, (done, _) -> bar.update(done, wanted.length), cancellation);
            Windows parts = new Windows(model, scorer, window);
            List<Likelihood> scored = stream ? parts.stream(wanted) : parts.apart(wanted, wanted.length / window);
            bar.clear();
            print(Perplexity.of(scored));
            return ExitCode.DONE;
        }
    }

    private int compareHalves(String text) throws IOException, InterruptedException {
        List<Variant> written = variants.variants(flags.compression());
        Cancellation cancellation = new Cancellation();
        try (LoadedModel model = flags.loadHere(console);
                ProgressBar bar = flags.output().progress(console, "windows", ProgressBar.Unit.ITEMS);
                Interrupts _ = Interrupts.during(cancellation::ask)) {
            List<Variant> compared = Variant.calibrated(written, model.calibrations());
            int[] wanted = windowed(model, tokens(model, text));
            ForkedText forks =
                    new ForkedText(model.engines(), compared, new Reconstruction(model.tokenizer()), cancellation);
            CompressedHalves halves = new CompressedHalves(model, forks, compared, window);
            HalvesResult result = halves.score(wanted, done -> bar.update(done, wanted.length / window));
            bar.clear();
            if (flags.output().json()) {
                Json.print(console, result);
            } else {
                console.out().print(HalvesTable.of(result));
                console.out().flush();
            }
            return ExitCode.DONE;
        }
    }

    private int[] tokens(LoadedModel model, String text) {
        int[] tokens = model.tokenizer().encode(text, false);
        if (skip > 0 && skip >= tokens.length) {
            throw new UserError("--skip " + skip + ": the text has " + tokens.length + " tokens");
        }
        return Arrays.copyOfRange(tokens, skip, tokens.length);
    }

    private int[] windowed(LoadedModel model, int[] tokens) {
        checkWindow(model);
        int there = tokens.length / window;
        if (there == 0) {
            throw new UserError("the text has " + tokens.length + " tokens, a window " + window
                    + ": give a longer text or a smaller --window");
        }
        return Arrays.copyOf(tokens, window * (windows == null ? there : Math.min(there, windows)));
    }

    private void checkWindow(LoadedModel model) {
        int context = model.contextLength();
        if (window > context) {
            throw new UserError("--window " + window + " exceeds the context of " + context + ": give a smaller one");
        }
    }

    private int[] streamed(LoadedModel model, int[] tokens) {
        int context = model.contextLength();
        long limit = windows == null ? tokens.length : (long) windows * window;
        int wanted = (int) Math.min(tokens.length, limit);
        if (wanted < 2) {
            throw new UserError("the text has " + wanted + " tokens: give at least 2");
        }
        if (model.kv().full() && wanted - 1 > context) {
            throw new UserError("the text has " + wanted + " tokens, one session holds " + context
                    + ": score fewer stretches with --windows, or give a --kv-policy, with which there is no end");
        }
        return Arrays.copyOf(tokens, wanted);
    }

    private void print(Perplexity result) {
        if (flags.output().json()) {
            Json.print(console, result);
            return;
        }
        console.out()
                .printf(
                        Locale.ROOT,
                        "perplexity %.4f ± %.4f (mean nll %.5f; %d tokens scored in %d %s of %d)%n",
                        result.perplexity(),
                        result.standardError(),
                        result.nll(),
                        result.tokens(),
                        result.windows(),
                        stream ? "stretches" : "windows",
                        window);
        console.out().flush();
    }
}
