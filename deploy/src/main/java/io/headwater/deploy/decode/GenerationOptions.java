/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.decode;

import io.headwater.deploy.cli.SamplingFlags;
import io.headwater.deploy.cli.UserError;
import io.headwater.model.generation.TurnOptions;
import io.headwater.model.sampling.SamplingOptions;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How one answer is drawn and when it ends. */
public record GenerationOptions(SamplingOptions sampling, long seed, TurnOptions turn) {

    /** What the flags say, where they say nothing what {@code others} says. */
    public static GenerationOptions of(SamplingFlags flags, GenerationOptions others) {
        SamplingOptions base = others.sampling();
        try {
            SamplingOptions sampling = SamplingOptions.builder()
                    .temperature(or(flags.temperature(), base.temperature()))
                    .topK(Objects.requireNonNullElse(flags.topK(), base.topK()))
                    .topP(or(flags.topP(), base.topP()))
                    .minP(or(flags.minP(), base.minP()))
                    .repeatPenalty(or(flags.repeatPenalty(), base.repeatPenalty()))
                    .presencePenalty(or(flags.presencePenalty(), base.presencePenalty()))
                    .frequencyPenalty(or(flags.frequencyPenalty(), base.frequencyPenalty()))
                    .logprobs(Objects.requireNonNullElse(flags.logprobs(), base.logprobs()))
                    .build();
            return new GenerationOptions(
                    sampling, Objects.requireNonNullElse(flags.seed(), others.seed()), turn(flags, others.turn()));
        } catch (IllegalArgumentException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }

    /** Greedy, to the end token or the end of the context. */
    public static GenerationOptions greedy() {
        return new GenerationOptions(
                SamplingOptions.defaults(), 0, new TurnOptions(TurnOptions.UNLIMITED, List.of(), false));
    }

    private static TurnOptions turn(SamplingFlags flags, TurnOptions base) {
        return new TurnOptions(
                Objects.requireNonNullElse(flags.tokens(), base.maxTokens()),
                flags.stop().isEmpty() ? base.stopStrings() : flags.stop(),
                flags.ignoreEos() || base.ignoreEos());
    }

    /** By way of its decimal digits: {@code --top-p 0.9} is 0.9, not the float beside it. */
    private static double or(@Nullable Float given, double otherwise) {
        return given == null ? otherwise : Double.parseDouble(given.toString());
    }
}
