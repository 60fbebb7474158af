/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.decode;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.headwater.actors.decode.DecodeWork.LoopFigures;
import io.headwater.actors.decode.DecoderReport.RequestEvents;
import io.headwater.actors.decode.DecoderReport.Told;
import io.headwater.compression.KvPolicy;
import io.headwater.compression.PolicyException;
import io.headwater.model.decoding.BudgetEvent;
import io.headwater.model.decoding.DecodeEvent.BudgetChanged;
import io.headwater.model.decoding.DecodeEvent.Candidate;
import io.headwater.model.decoding.DecodeEvent.Ended;
import io.headwater.model.decoding.DecodeEvent.Failed;
import io.headwater.model.decoding.DecodeEvent.Failure;
import io.headwater.model.decoding.DecodeEvent.Prefilled;
import io.headwater.model.decoding.DecodeEvent.Scored;
import io.headwater.model.decoding.DecodeEvent.SequenceFigures;
import io.headwater.model.decoding.DecodeEvent.Token;
import io.headwater.model.decoding.DecodeEvent.TokenLogProbability;
import io.headwater.model.decoding.DecodeRequest;
import io.headwater.model.decoding.DecodeRequest.Generate;
import io.headwater.model.decoding.DecodeRequest.Score;
import io.headwater.model.decoding.PastTurn;
import io.headwater.model.decoding.RepeatedPart;
import io.headwater.model.decoding.TokenIds;
import io.headwater.model.generation.FinishReason;
import io.headwater.model.generation.TurnOptions;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.sampling.SamplingOptions;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Every message that leaves the node comes back as it was. */
final class DecodingCodecTest {
    private static final ActorTestKit KIT = ActorTestKit.create(
            ConfigFactory.parseString("pekko.actor { allow-java-serialization = off, serialization-bindings {"
                            + " \"io.headwater.cluster.membership.CborMessage\" = jackson-cbor } }")
                    .withFallback(ConfigFactory.load()));

    private static final SamplingOptions SAMPLING =
            new SamplingOptions(0.7, 40, 0.9, 0.05, 1.1, 0.2, -0.3, Map.of(5, Float.NEGATIVE_INFINITY, 7, 1.25f), 3);

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @Test
    void requestsOfDecoders() {
        TestProbe<DecoderReport> gateway = KIT.createTestProbe();
        TokenIds log = TokenIds.of(0, 1, 49151, Integer.MAX_VALUE);
        DecodeRequest generate = new Generate(
                Long.MIN_VALUE, log, 2, SAMPLING, -1, new TurnOptions(17, List.of("stop", "\n"), true), true);
        returns(new Decoder.Submit(1, 2, generate, gateway.ref()));
        returns(new Decoder.Submit(1, 2, new Score(4, log, 1, 20, 1), gateway.ref()));
        returns(new Decoder.Submit(1, 2, compressed(log), gateway.ref()));
        returns(new Decoder.Cancel(1, -2));
        returns(new Decoder.Release(1, 2, gateway.ref()));
        returns(new Decoder.Park(1, 2, gateway.ref()));
        returns(new Decoder.Forget(1, -2));
        returns(new DecoderReport.Parked(1, 2));
        returns(new Decoder.Unknown(1, 2, gateway.ref()));
        returns(new Decoder.Heard(1, 2, gateway.ref()));
    }

    private static DecodeRequest compressed(TokenIds log) {
        try {
            KvOptions kv = new KvOptions(KvPolicy.parse("ems:gamma=1"), 300, 17, Integer.MAX_VALUE);
            return new Generate(
                    5,
                    log,
                    1,
                    SAMPLING,
                    2,
                    new TurnOptions(3, List.of(), false),
                    true,
                    kv,
                    List.of(new PastTurn(1, 2), new PastTurn(2, 3)),
                    List.of(
                            new BudgetEvent(2, 200),
                            new BudgetEvent(2, 200, new RepeatedPart(40, 1)),
                            new BudgetEvent(2, 300)));
        } catch (PolicyException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void reportsOfDecoders() {
        Candidate candidate = new Candidate(3, -1.5f, -0.123456789012345);
        returns(new DecoderReport.Accepted(9, 8));
        returns(new Told(
                9,
                8,
                List.of(
                        new RequestEvents(
                                1,
                                List.of(
                                        new Prefilled(3, 4),
                                        new BudgetChanged(new BudgetEvent(5, 64)),
                                        new BudgetChanged(new BudgetEvent(5, 64, new RepeatedPart(90, 5))),
                                        new Token(0, 5, " caf\u00e9 \ud83d\ude00", null),
                                        new Token(
                                                1,
                                                6,
                                                "",
                                                new TokenLogProbability(Math.nextDown(-0.5), List.of(candidate))),
                                        new Ended(
                                                FinishReason.LENGTH,
                                                "tail",
                                                List.of(candidate),
                                                new SequenceFigures(
                                                        1,
                                                        2,
                                                        3,
                                                        4,
                                                        5,
                                                        List.of(List.of(6), List.of(7)),
                                                        List.of(List.of(6), List.of(9)),
                                                        8,
                                                        9,
                                                        10,
                                                        11,
                                                        12,
                                                        13,
                                                        14,
                                                        15,
                                                        16)))),
                        new RequestEvents(2, List.of(new Scored(1, List.of(-1.0, Math.PI, Double.NEGATIVE_INFINITY)))),
                        new RequestEvents(3, List.of(new Failed(Failure.BROKEN, "why")))),
                new LoopFigures(1, 2, 3, 4, 5)));
    }

    @Test
    void budgets() {
        TestProbe<BudgetReport> gateway = KIT.createTestProbe();
        returns(new BudgetSupervisor.Admit(1, new KvNeed(3, 2), true, gateway.ref()));
        returns(new BudgetSupervisor.Release(3));
        returns(new BudgetReport.Granted(1, 2));
        returns(new BudgetReport.Waiting(1, 2));
        returns(new BudgetReport.Withdrawn(1));
        returns(new BudgetReport.Refused(1, "full", true));
    }

    @Test
    void aPromptOfEightThousandTokensIsFarBelowAFrame() {
        TestProbe<DecoderReport> gateway = KIT.createTestProbe();
        TokenIds log = TokenIds.of(IntStream.range(0, 8000).map(i -> 49151 - i).toArray());
        Generate generate = new Generate(1, log, 0, SAMPLING, 1, new TurnOptions(1, List.of(), false), false);
        assertThat(bytes(new Decoder.Submit(1, 2, generate, gateway.ref())).length)
                .isBetween(32_000, 34_000);
    }

    private static void returns(Object message) {
        Serialization serialization = SerializationExtension.get(Adapter.toClassic(KIT.system()));
        int serializer = serialization.findSerializerFor(message).identifier();
        Object back = serialization
                .deserialize(bytes(message), serializer, message.getClass().getName())
                .get();
        assertThat(back).isEqualTo(message);
    }

    private static byte[] bytes(Object message) {
        return SerializationExtension.get(Adapter.toClassic(KIT.system()))
                .serialize(message)
                .get();
    }
}
