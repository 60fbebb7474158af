/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.model.engine.EngineGroup;
import io.headwater.model.engine.EngineOptions;
import io.headwater.model.engine.LoadListener;
import io.headwater.model.generation.TurnOptions;
import io.headwater.model.llama.LlamaModel;
import io.headwater.model.sampling.SamplingOptions;
import io.headwater.model.tokenizer.Tokenizer;
import io.headwater.testing.TinyModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The loop on the engines of a small model: what a request gives depends on nothing but the request. */
final class RealEngineTest {
    private static final SamplingOptions DRAWN = SamplingOptions.builder()
            .temperature(1.1)
            .repeatPenalty(1.2)
            .logprobs(4)
            .build();

    @TempDir
    private Path directory;

    @Test
    void noBatchAndNoNumberOfNodesChangesABit() throws Exception {
        TinyModel tiny = TinyModel.create().heads(6, 3).contextLength(256);
        List<Heard> alone = new ArrayList<>();
        List<DecodeRequest> requests = new ArrayList<>();
        try (LlamaModel model = LlamaModel.open(tiny.write(directory));
                EngineGroup group = EngineGroup.start(model, EngineOptions.of(1, 1, 256), LoadListener.SILENT)) {
            for (int i = 0; i < 9; i++) {
                requests.add(request(i, prompt(5 + 20 * i, i, model.config().vocabSize()), 0));
            }
            TokenIds text = prompt(100, 77, model.config().vocabSize());
            requests.add(new DecodeRequest.Score(9, text, 1, 3, 1));
            try (LocalDecodeClient client = client(group, model)) {
                requests.forEach(
                        request -> alone.add(run(client, List.of(request)).getFirst()));
            }
            requests.set(9, new DecodeRequest.Score(9, text, 1, 3, 1000));
        }
        for (int nodes = 1; nodes <= 3; nodes++) {
            try (LlamaModel model = LlamaModel.open(directory.resolve("tiny.gguf"));
                    EngineGroup group = EngineGroup.start(model, EngineOptions.of(nodes, 1, 256), LoadListener.SILENT);
                    LocalDecodeClient client = client(group, model)) {
                assertSame(run(client, requests), alone);
                assertThat(client.figures().nodes()).isEqualTo(nodes);
                assertThat(client.figures().steps()).isLessThan(client.figures().rows());
            }
        }
    }

    @Test
    void anAnswerBrokenOffAnywhereGoesOnOnOtherNodes() throws Exception {
        TinyModel tiny = TinyModel.create().heads(6, 3).contextLength(256);
        try (LlamaModel model = LlamaModel.open(tiny.write(directory));
                EngineGroup one = EngineGroup.start(model, EngineOptions.of(1, 1, 256), LoadListener.SILENT);
                EngineGroup three = EngineGroup.start(model, EngineOptions.of(3, 1, 256), LoadListener.SILENT);
                LocalDecodeClient first = client(one, model);
                LocalDecodeClient second = client(three, model)) {
            TokenIds prompt = prompt(40, 5, model.config().vocabSize());
            Heard whole = run(first, List.of(request(1, prompt, 0))).getFirst();
            for (int cut = 1; cut < whole.tokens().size(); cut += 3) {
                TokenIds known = prompt.plus(Arrays.copyOf(whole.ids().toArray(), cut));

                Heard rest = run(second, List.of(request(1, known, cut))).getFirst();

                assertThat(rest.tokens())
                        .isEqualTo(whole.tokens().subList(cut, whole.tokens().size()));
            }
        }
    }

    private static void assertSame(List<Heard> actual, List<Heard> expected) {
        for (int i = 0; i < expected.size(); i++) {
            assertThat(actual.get(i).tokens()).isEqualTo(expected.get(i).tokens());
            assertThat(actual.get(i).scores(1)).isEqualTo(expected.get(i).scores(1));
            assertThat(actual.get(i).ended().best())
                    .isEqualTo(expected.get(i).ended().best());
            assertThat(actual.get(i).ended().reason())
                    .isEqualTo(expected.get(i).ended().reason());
        }
    }

    private static LocalDecodeClient client(EngineGroup group, LlamaModel model) {
        int nodes = group.plan().shards().size();
        return new LocalDecodeClient(
                group,
                tokenizer(model),
                BatchingOptions.defaults(),
                group.plan().epoch(),
                nodes,
                nodes);
    }

    private static Tokenizer tokenizer(LlamaModel model) {
        try {
            return Tokenizer.of(model.file().metadata());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static List<Heard> run(DecodeClient client, List<DecodeRequest> requests) {
        List<Heard> heard = requests.stream().map(_ -> new Heard()).toList();
        for (int i = 0; i < requests.size(); i++) {
            client.submit(requests.get(i), heard.get(i));
        }
        while (client.await(Duration.ofSeconds(1))) {}
        assertThat(heard).allMatch(Heard::over);
        return heard;
    }

    private static TokenIds prompt(int tokens, long seed, int vocabSize) {
        return TokenIds.of(new Random(seed).ints(tokens, 0, vocabSize).toArray());
    }

    private static DecodeRequest.Generate request(long session, TokenIds log, int answered) {
        return new DecodeRequest.Generate(
                session, log, answered, DRAWN, session, new TurnOptions(25, List.of(), true), false);
    }
}
