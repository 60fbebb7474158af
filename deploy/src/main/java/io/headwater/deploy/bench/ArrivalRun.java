/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.bench;

import io.headwater.deploy.cli.UserError;
import io.headwater.deploy.cli.WorkFailed;
import io.headwater.deploy.decode.Cancellation;
import io.headwater.deploy.decode.LoadedModel;
import io.headwater.model.decoding.DecodeEvent;
import io.headwater.model.decoding.DecodeRequest;
import io.headwater.model.decoding.TokenIds;
import io.headwater.model.generation.TurnOptions;
import io.headwater.model.sampling.SamplingOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/** A long prompt arrives while others decode: how long they wait for a token then, beside what is usual for them. */
final class ArrivalRun {
    static final int LEAST_PROMPT = 8;
    private static final int OTHERS = 4;
    /** Tokens that each of the others decodes, where the context has room for them. */
    private static final int TOKENS = 400;

    private static final long SEED = 42;
    private static final Duration TURN = Duration.ofMillis(100);

    private final LoadedModel model;
    private final Cancellation cancellation;
    private final int[] tokens;
    private final int count;

    ArrivalRun(LoadedModel model, int prompt, Cancellation cancellation) {
        this.model = model;
        this.cancellation = cancellation;
        if (prompt >= model.contextLength()) {
            throw new UserError("--arrival " + prompt + ": give fewer than the context of " + model.contextLength());
        }
        this.count = Math.min(TOKENS, model.contextLength() - 2);
        this.tokens =
                new Random(SEED).ints(prompt, 0, model.config().vocabSize()).toArray();
    }

    ArrivalResult measure() {
        List<Told> others = new ArrayList<>();
        for (int i = 0; i < OTHERS; i++) {
            others.add(submit(TokenIds.of(tokens[i], tokens[i + 1]), count));
        }
        await(() -> others.stream().allMatch(other -> other.times.size() >= count / 8));
        long arrived = System.nanoTime();
        Told late = submit(TokenIds.of(tokens), 1);
        await(() -> late.ended && others.stream().allMatch(other -> other.ended));
        return ArrivalResult.of(
                tokens.length,
                others.stream().map(other -> List.copyOf(other.times)).toList(),
                late.times.getFirst() - arrived);
    }

    private Told submit(TokenIds log, int count) {
        Told told = new Told();
        model.client()
                .submit(
                        new DecodeRequest.Generate(
                                model.newSession(),
                                log,
                                0,
                                SamplingOptions.defaults(),
                                0,
                                new TurnOptions(count, List.of(), true),
                                false,
                                model.kv(),
                                List.of()),
                        told::on);
        return told;
    }

    private void await(BooleanSupplier done) {
        while (!done.getAsBoolean()) {
            if (cancellation.asked()) {
                throw new CancellationException("interrupted");
            }
            model.client().await(TURN);
        }
    }

    /** When one request's tokens came. */
    private static final class Told {
        private final List<Long> times = new ArrayList<>();
        private boolean ended;

        void on(DecodeEvent event) {
            switch (event) {
                case DecodeEvent.Token _ -> times.add(System.nanoTime());
                case DecodeEvent.Ended _ -> ended = true;
                case DecodeEvent.Failed failed -> throw new WorkFailed(failed.message());
                case DecodeEvent.Prefilled _, DecodeEvent.Scored _, DecodeEvent.BudgetChanged _ -> {}
            }
        }
    }
}
