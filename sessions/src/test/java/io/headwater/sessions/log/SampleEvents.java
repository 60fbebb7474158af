/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.log;

import io.headwater.compression.KvPolicy;
import io.headwater.model.decoding.DecodeEvent.Candidate;
import io.headwater.model.decoding.DecodeEvent.TokenLogProbability;
import io.headwater.model.decoding.TokenIds;
import io.headwater.model.generation.TurnOptions;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.sampling.SamplingOptions;
import io.headwater.sessions.log.SessionEvent.Asked;
import io.headwater.sessions.log.SessionEvent.ModelIdentity;
import io.headwater.sessions.log.SessionEvent.Opened;
import io.headwater.sessions.log.SessionEvent.Origin;
import io.headwater.sessions.log.SessionEvent.Sampled;
import io.headwater.sessions.log.SessionEvent.TurnEnded;
import io.headwater.sessions.log.SessionEvent.TurnProblem;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** Events of a session {@code s}, as batches of a log. */
final class SampleEvents {
    private static final Usage USAGE = new Usage(3, 5, 1, 2, 1.5, 2.5);

    private SampleEvents() {}

    static Opened opened() throws Exception {
        return new Opened(
                1234,
                false,
                new ModelIdentity("size-sha", 3, "bf16", 2048),
                new KvOptions(KvPolicy.parse("ems:tau=0.1,gamma=2"), 64, 16, 512),
                List.of(new Message("system", "sei höflich \u2063 \uD83C\uDF0A")),
                "{\"seed\":7}");
    }

    static Asked asked(int turn) {
        SamplingOptions sampling = SamplingOptions.builder()
                .temperature(0.7)
                .topK(40)
                .topP(0.95)
                .logitBias(Map.of(5, Float.NEGATIVE_INFINITY, 6, 1.5f))
                .logprobs(2)
                .build();
        return new Asked(
                new Origin(turn, "key", "digest"),
                List.of(new Message("user", "hello")),
                TokenIds.of(1, 2, 300),
                sampling,
                -5,
                new TurnOptions(20, List.of("stop"), true));
    }

    static Sampled sampled(int offset) {
        return new Sampled(
                offset,
                260,
                " the",
                41 + offset,
                new TokenLogProbability(-0.12, List.of(new Candidate(260, 3.5f, -0.12), new Candidate(7, 1f, -2.25))));
    }

    static TurnEnded ended(int offset) {
        return new TurnEnded(offset, "stop", "rest", TurnProblem.NONE, USAGE);
    }

    static Batch.Append append(int seq, SessionEvent... events) {
        return new Batch.Append("s", seq, 99, List.of(events));
    }

    static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
    }
}
