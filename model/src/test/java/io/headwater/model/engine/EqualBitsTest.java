/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.model.llama.LlamaModel;
import io.headwater.model.shard.Units;
import io.headwater.tensors.kernels.KernelWidth;
import io.headwater.tensors.kernels.KvType;
import io.headwater.testing.TinyModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The promise of DESIGN 5: nodes, threads, chunks, kernels and the way a row is reached change no bit of any logit. The oracle is one
 * shard, one thread, scalar kernels and one chunk.
 */
final class EqualBitsTest {
    private static final int CONTEXT = 512;
    private static final int PROMPT = 34;
    private static final int TOKENS = 37;

    @TempDir
    Path directory;

    @ParameterizedTest
    @MethodSource(TinyModels.SHAPES)
    void nodesChangeNoBit(TinyModel tiny) throws Exception {
        try (LlamaModel model = LlamaModel.open(tiny.write(directory))) {
            int[] tokens = tokens(model);
            float[][] expected = TinyRun.everyRow(model, oracle(), tokens);

            for (List<Double> capacities : plans(Units.of(model.config()).headUnits())) {
                EngineOptions options = oracle().withCapacities(capacities);
                String what = "capacities " + capacities;
                TinyRun.assertSameBits(what, expected, TinyRun.everyRow(model, options, tokens));
                TinyRun.assertSameBits(
                        what + ", decoding",
                        TinyRun.from(PROMPT, expected),
                        TinyRun.decode(model, options, PROMPT, tokens));
            }
        }
    }

    @ParameterizedTest
    @MethodSource(TinyModels.SHAPES)
    void threadsChangeNoBit(TinyModel tiny) throws Exception {
        try (LlamaModel model = LlamaModel.open(tiny.write(directory))) {
            int[] tokens = tokens(model);
            float[][] expected = TinyRun.everyRow(model, oracle(), tokens);

            for (int nodes = 1; nodes <= 2; nodes++) {
                for (int threads = 2; threads <= 3; threads++) {
                    EngineOptions options =
                            EngineOptions.of(nodes, threads, CONTEXT).withKernels(KernelChoice.SCALAR);
                    String what = nodes + " nodes of " + threads + " threads";
                    TinyRun.assertSameBits(what, expected, TinyRun.everyRow(model, options, tokens));
                    TinyRun.assertSameBits(
                            what + ", decoding",
                            TinyRun.from(PROMPT, expected),
                            TinyRun.decode(model, options, PROMPT, tokens));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource(TinyModels.SHAPES)
    void chunksChangeNoBit(TinyModel tiny) throws Exception {
        try (LlamaModel model = LlamaModel.open(tiny.write(directory))) {
            int[] tokens = TinyRun.tokens(130, model.config().vocabSize(), 7);
            float[][] expected = TinyRun.everyRow(model, oracle(), tokens);

            for (int chunk : new int[] {1, 3, 5, 16, 100, 130}) {
                EngineOptions options = oracle().withChunkRows(chunk);
                TinyRun.assertSameBits("chunks of " + chunk, expected, TinyRun.everyRow(model, options, tokens));
                TinyRun.assertSameBits(
                        "last row of chunks of " + chunk,
                        TinyRun.from(130, expected),
                        TinyRun.decode(model, options, 130, tokens));
            }
        }
    }

    @ParameterizedTest
    @MethodSource({TinyModels.SHAPES, TinyModels.FORMATS})
    void kernelsChangeNoBit(TinyModel tiny) throws Exception {
        try (LlamaModel model = LlamaModel.open(tiny.write(directory))) {
            int[] tokens = tokens(model);
            float[][] expected = TinyRun.everyRow(model, oracle(), tokens);

            for (KernelChoice kernels : here()) {
                EngineOptions options = oracle().withKernels(kernels);
                TinyRun.assertSameBits(kernels.toString(), expected, TinyRun.everyRow(model, options, tokens));
                TinyRun.assertSameBits(
                        kernels + ", steps of 3 rows",
                        expected,
                        TinyRun.everyRow(model, options.withChunkRows(3), tokens));
                TinyRun.assertSameBits(
                        kernels + ", decoding",
                        TinyRun.from(PROMPT, expected),
                        TinyRun.decode(model, options, PROMPT, tokens));
            }
        }
    }

    @ParameterizedTest
    @MethodSource(TinyModels.FORMATS)
    void nodesAndThreadsChangeNoBitOfAnyFormat(TinyModel tiny) throws Exception {
        try (LlamaModel model = LlamaModel.open(tiny.write(directory))) {
            int[] tokens = tokens(model);
            float[][] expected = TinyRun.everyRow(model, oracle(), tokens);

            EngineOptions options = EngineOptions.of(2, 2, CONTEXT).withChunkRows(16);

            TinyRun.assertSameBits("2 nodes", expected, TinyRun.everyRow(model, options, tokens));
            TinyRun.assertSameBits(
                    "2 nodes, decoding",
                    TinyRun.from(PROMPT, expected),
                    TinyRun.decode(model, options, PROMPT, tokens));
        }
    }

    @ParameterizedTest
    @MethodSource(TinyModels.SHAPES)
    void aCacheInF32KeepsThePromiseAndGivesOtherBitsThanBf16(TinyModel tiny) throws Exception {
        try (LlamaModel model = LlamaModel.open(tiny.write(directory))) {
            int[] tokens = tokens(model);
            EngineOptions f32 = oracle().withKvType(KvType.F32);
            float[][] expected = TinyRun.everyRow(model, f32, tokens);

            EngineOptions other =
                    EngineOptions.of(2, 2, CONTEXT).withKvType(KvType.F32).withChunkRows(5);

            TinyRun.assertSameBits("F32", expected, TinyRun.everyRow(model, other, tokens));
            TinyRun.assertSameBits(
                    "F32, decoding", TinyRun.from(PROMPT, expected), TinyRun.decode(model, other, PROMPT, tokens));
            assertThat(TinyRun.differ(expected, TinyRun.everyRow(model, oracle(), tokens)))
                    .as("another cache type gives other bits: the comparison can fail")
                    .isTrue();
        }
    }

    private static EngineOptions oracle() {
        return EngineOptions.of(1, 1, CONTEXT).withKernels(KernelChoice.SCALAR);
    }

    private static int[] tokens(LlamaModel model) {
        return TinyRun.tokens(TOKENS, model.config().vocabSize(), 3);
    }

    private static List<List<Double>> plans(int headUnits) {
        List<List<Double>> plans = new ArrayList<>(List.of(List.of(1.0, 1.0), List.of(1.0, 9.0), List.of(1000.0, 1.0)));
        if (headUnits >= 3) {
            plans.add(List.of(1.0, 1.0, 1.0));
            plans.add(List.of(1.0, 5.0, 2.0));
            plans.add(List.of(1.0, 1000.0, 1.0));
        }
        return plans;
    }

    private static List<KernelChoice> here() {
        List<KernelChoice> choices = new ArrayList<>();
        for (KernelWidth width : KernelWidth.values()) {
            if (width.bits() <= KernelWidth.preferredBits()) {
                choices.add(KernelChoice.valueOf("VECTOR" + width.bits()));
            }
        }
        return choices;
    }
}
