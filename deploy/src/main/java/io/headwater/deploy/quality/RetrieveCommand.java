/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.quality;

import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.ExitCode;
import io.headwater.deploy.cli.Interrupts;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.ProgressBar;
import io.headwater.deploy.cli.UserError;
import io.headwater.deploy.decode.BatchLines;
import io.headwater.deploy.decode.Cancellation;
import io.headwater.deploy.decode.DecodeFlags;
import io.headwater.deploy.decode.LoadedModel;
import io.headwater.model.decoding.Reconstruction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code headwater retrieve}: what compressed caches still know. */
@Command(
        name = "retrieve",
        sortOptions = false,
        description = {
            "Asks compressed caches for something that the text has said, and counts right answers.",
            "Each case is read once; every policy at every budget goes on from a fork of its cache. Cases that are longer",
            "than the context are read by each policy, compressed every --kv-prefill-limit tokens; what one has in common",
            "with the next is read once, so put cases that begin alike one after the other."
        })
public final class RetrieveCommand implements Callable<Integer> {
    private final Console console;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE.jsonl",
            required = true,
            description =
                    "a case per line: \"prompt\", \"answer\", and \"context_chars\" or \"messages\" (- for standard"
                            + " input)")
    private String file = "";

    @Option(
            names = "--form",
            paramLabel = "FORM",
            defaultValue = "inside",
            description =
                    "inside: the question is compressed too; after: it is asked afterwards (default: ${DEFAULT-VALUE})")
    private String form = "inside";

    @Option(
            names = "--length",
            split = ",",
            paramLabel = "TOKENS",
            description = "only cases of these lengths (default: all)")
    private List<Integer> lengths = List.of();

    @Option(names = "--cases", paramLabel = "N", description = "only the first N cases of each length (default: all)")
    private @Nullable Integer cases;

    @Mixin
    private final VariantFlags variants = new VariantFlags();

    @Option(
            names = "--against",
            paramLabel = "POLICY",
            description = "compare case by case with this one of the policies")
    private @Nullable String against;

    @Mixin
    private final DecodeFlags flags = new DecodeFlags();

    public RetrieveCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<Variant> written = variants.variants(flags.compression());
        if (against != null && written.stream().noneMatch(v -> v.label().equals(against))) {
            throw new UserError("--against " + against + " is none of the policies: name one as --kv-policy does");
        }
        QuestionForm when = QuestionForm.of(form);
        List<RetrievalCase> asked = cases();
        Cancellation cancellation = new Cancellation();
        try (LoadedModel model = flags.loadHere(console);
                Interrupts _ = Interrupts.during(cancellation::ask)) {
            List<Variant> compared = Variant.calibrated(written, model.calibrations());
            List<List<@Nullable Boolean>> answers = longCases(model, compared, asked, when)
                    ? read(model, compared, asked, cancellation)
                    : forked(model, compared, asked, when, cancellation);
            print(RetrievalResult.of(when, asked, compared, answers, against), when);
            return ExitCode.DONE;
        }
    }

    /** Whether they are longer than the context, all of them. */
    private boolean longCases(LoadedModel model, List<Variant> variants, List<RetrievalCase> asked, QuestionForm when) {
        List<RetrievalCase> tooLong =
                asked.stream().filter(one -> LongRetrieval.needed(model, one)).toList();
        if (tooLong.isEmpty()) {
            return false;
        }
        String first = "case " + tooLong.getFirst().id() + " is longer than the context of " + model.contextLength();
        if (tooLong.size() < asked.size()) {
            throw new UserError(first + ", others are not: choose either kind by --length");
        }
        if (when != QuestionForm.INSIDE) {
            throw new UserError(first + ": such cases are asked with --form inside");
        }
        if (this.variants.given()) {
            throw new UserError(first + ": give --kv-budget in place of --keep");
        }
        if (variants.stream().allMatch(variant -> variant.policy().none())) {
            throw new UserError(first + ", and a full cache cannot hold it: give another --kv-policy");
        }
        return true;
    }

    /** Of cases that are longer than the context, case by case, variant by variant; null for the full cache, which cannot hold them. */
    private List<List<@Nullable Boolean>> read(
            LoadedModel model, List<Variant> variants, List<RetrievalCase> asked, Cancellation cancellation)
            throws IOException {
        List<List<@Nullable Boolean>> answers = new ArrayList<>();
        asked.forEach(_ -> answers.add(new ArrayList<>()));
        try (LongRetrieval cases = LongRetrieval.on(model, cancellation, console.err()::println);
                ProgressBar bar = flags.output().progress(console, "tokens", ProgressBar.Unit.ITEMS)) {
            for (Variant variant : variants) {
                List<@Nullable Boolean> right = variant.policy().none()
                        ? Collections.nCopies(asked.size(), null)
                        : cases.answers(asked, variant.options(flags.compression()), bar::update);
                for (int i = 0; i < asked.size(); i++) {
                    answers.get(i).add(right.get(i));
                }
            }
        }
        return answers;
    }

    /** Case by case, variant by variant. */
    private List<List<@Nullable Boolean>> forked(
            LoadedModel model,
            List<Variant> variants,
            List<RetrievalCase> asked,
            QuestionForm when,
            Cancellation cancellation) {
        ForkedText forks =
                new ForkedText(model.engines(), variants, new Reconstruction(model.tokenizer()), cancellation);
        Retrieval retrieval = new Retrieval(model, forks, variants.size(), when);
        List<List<@Nullable Boolean>> answers = new ArrayList<>();
        try (ProgressBar bar = flags.output().progress(console, "cases", ProgressBar.Unit.ITEMS)) {
            for (RetrievalCase one : asked) {
                bar.update(answers.size(), asked.size());
                answers.add(retrieval.answers(one));
            }
        }
        return answers;
    }

    private List<RetrievalCase> cases() {
        if (cases != null && cases < 1) {
            throw new UserError("--cases " + cases + ": give at least 1");
        }
        Map<Integer, Integer> taken = new HashMap<>();
        List<RetrievalCase> wanted = new ArrayList<>();
        int number = 0;
        for (String line : BatchLines.read(console, file)) {
            RetrievalCase one = RetrievalCase.of(Json.parse(line, file + ", case " + ++number));
            boolean asked = lengths.isEmpty() || lengths.contains(one.length());
            if (asked && (cases == null || taken.merge(one.length(), 1, Integer::sum) <= cases)) {
                wanted.add(one);
            }
        }
        if (wanted.isEmpty()) {
            throw new UserError(file + " has no such cases: give one per line, and --length that they have");
        }
        return wanted;
    }

    private void print(RetrievalResult result, QuestionForm when) {
        if (flags.output().json()) {
            Json.print(console, result);
        } else {
            console.out().print(RetrievalTable.of(result, when));
            console.out().flush();
        }
    }
}
