/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How the next token is drawn and when an answer ends. {@code null} means: not given, the command's default holds. */
public final class SamplingFlags {
    @Option(
            names = {"-n", "--n", "--max-tokens"},
            paramLabel = "N",
            description = "tokens to generate at most (default: until the model ends or the context is full; with a KV"
                    + " policy, as many as the context has)")
    private @Nullable Integer tokens;

    @Option(names = "--seed", paramLabel = "S", description = "seed of the random numbers (default: 0)")
    private @Nullable Long seed;

    @Option(names = "--temperature", paramLabel = "T", description = "0 is greedy")
    private @Nullable Float temperature;

    @Option(names = "--top-k", paramLabel = "K", description = "keep the K likeliest tokens; 0 keeps all")
    private @Nullable Integer topK;

    @Option(names = "--top-p", paramLabel = "P", description = "keep the likeliest tokens that together reach P")
    private @Nullable Float topP;

    @Option(
            names = "--min-p",
            paramLabel = "P",
            description = "keep tokens at least P times as likely as the likeliest")
    private @Nullable Float minP;

    @Option(
            names = "--repeat-penalty",
            paramLabel = "X",
            description = "divides the logits of tokens seen lately; 1 is off")
    private @Nullable Float repeatPenalty;

    @Option(names = "--presence-penalty", paramLabel = "X", description = "subtracted once from tokens seen lately")
    private @Nullable Float presencePenalty;

    @Option(
            names = "--frequency-penalty",
            paramLabel = "X",
            description = "subtracted per time that a token was seen lately")
    private @Nullable Float frequencyPenalty;

    @Option(names = "--stop", paramLabel = "STRING", description = "ends the answer (repeatable)")
    private List<String> stop = List.of();

    @Option(names = "--ignore-eos", description = "go on after an end token")
    private boolean ignoreEos;

    @Option(
            names = "--logprobs",
            paramLabel = "K",
            description = "report the log-probabilities of the K likeliest tokens")
    private @Nullable Integer logprobs;

    public @Nullable Integer tokens() {
        return tokens;
    }

    public @Nullable Long seed() {
        return seed;
    }

    public @Nullable Float temperature() {
        return temperature;
    }

    public @Nullable Integer topK() {
        return topK;
    }

    public @Nullable Float topP() {
        return topP;
    }

    public @Nullable Float minP() {
        return minP;
    }

    public @Nullable Float repeatPenalty() {
        return repeatPenalty;
    }

    public @Nullable Float presencePenalty() {
        return presencePenalty;
    }

    public @Nullable Float frequencyPenalty() {
        return frequencyPenalty;
    }

    public List<String> stop() {
        return List.copyOf(stop);
    }

    public boolean ignoreEos() {
        return ignoreEos;
    }

    public @Nullable Integer logprobs() {
        return logprobs;
    }
}
