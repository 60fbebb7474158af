/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.model.llama.LlamaModel;
import io.headwater.tensors.kernels.KvType;
import io.headwater.testing.GgufFormat;
import io.headwater.testing.TinyModel;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The engine against an independent forward pass in f64: GQA, norms, SwiGLU, rotary embedding and its scalings. */
final class DoubleForwardTest {
    private static final int TOKENS = 70;

    @TempDir
    Path directory;

    static List<TinyModel> heads() {
        return List.of(
                TinyModel.create(),
                TinyModel.create().heads(4, 4).headDim(32).tied(true),
                TinyModel.create().heads(9, 3).headDim(64).dim(96).ffnDim(160),
                TinyModel.create().heads(8, 2).headDim(16).layers(3),
                TinyModel.create().heads(16, 2).headDim(16).vocabSize(1500),
                TinyModel.create().heads(2, 2).headDim(80).tied(true));
    }

    /** f32 sums of up to 480 products, and contributions rounded to 2^-20: 1e-4 of the largest logit is 20 times what is seen. */
    @ParameterizedTest
    @MethodSource("heads")
    void floatModelsAgreeWithTheReferenceInDouble(TinyModel tiny) throws Exception {
        assertClose(tiny.format(GgufFormat.F32), pair -> 1, 1e-4);
    }

    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16"})
    void halfPrecisionWeightsAreExact(GgufFormat format) throws Exception {
        assertClose(TinyModel.create().heads(6, 3).headDim(32).format(format), pair -> 1, 1e-4);
    }

    /** Activations of 8 bits: their rounding moves logits by about a hundredth of their spread. */
    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"F32", "F16", "BF16"})
    void quantisedModelsStayCloseToTheReferenceInDouble(GgufFormat format) throws Exception {
        TinyModel tiny = TinyModel.create().dim(256).ffnDim(256).heads(8, 2).headDim(32);

        assertClose(tiny.format(format), pair -> 1, 0.05);
    }

    @Test
    void linearRopeDividesPositions() throws Exception {
        assertClose(TinyModel.create().linearRope(4).format(GgufFormat.F32), pair -> 4, 1e-4);
    }

    @Test
    void llama3RopeByTensorDividesByItsElements() throws Exception {
        TinyModel tiny = TinyModel.create().llama3RopeTensor(8).format(GgufFormat.F32);

        assertClose(tiny, pair -> 1 + 7.0 * pair / 7, 1e-4); // 8 pairs: divisors from 1 to 8
    }

    /** The rule of Llama 3.1: wavelengths under 64 / 4 stay, over 64 / 1 are divided by 8, between them both are blended. */
    @Test
    void llama3RopeByKeysFollowsItsRule() throws Exception {
        TinyModel tiny = TinyModel.create().llama3RopeKeys(8).format(GgufFormat.F32);

        assertClose(
                tiny,
                pair -> {
                    double wavelength = 2 * Math.PI / Math.pow(10000, -pair / 8.0);
                    double smooth = (64 / wavelength - 1) / (4 - 1);
                    return smooth <= 0 ? 8 : smooth >= 1 ? 1 : 1 / ((1 - smooth) / 8 + smooth);
                },
                1e-4);
    }

    @Test
    void aReferenceOfOtherRopeDoesNotAgree() throws Exception {
        TinyModel tiny = TinyModel.create().format(GgufFormat.F32);

        double error = error(tiny, pair -> 1.01);

        assertThat(error).isGreaterThan(1e-3);
    }

    private void assertClose(TinyModel tiny, IntToDoubleFunction divisor, double tolerance) throws Exception {
        assertThat(error(tiny, divisor)).isLessThan(tolerance);
    }

    /** The largest difference of a logit, as a share of the largest logit of its row. */
    private double error(TinyModel tiny, IntToDoubleFunction divisor) throws Exception {
        try (LlamaModel model = LlamaModel.open(tiny.write(directory))) {
            int[] tokens = TinyRun.tokens(TOKENS, model.config().vocabSize(), 11);
            int headDim = model.config().headDim();
            double[] frequencies = new double[headDim / 2];
            for (int pair = 0; pair < frequencies.length; pair++) {
                frequencies[pair] = Math.pow(10000, -2.0 * pair / headDim) / divisor.applyAsDouble(pair);
            }
            EngineOptions options = EngineOptions.of(1, 1, 128).withKvType(KvType.F32);

            double[][] expected = new DoubleForward(model, frequencies).logits(tokens);
            float[][] actual = TinyRun.everyRow(model, options, tokens);

            double worst = 0;
            for (int t = 0; t < tokens.length; t++) {
                double largest = 0;
                double difference = 0;
                for (int i = 0; i < expected[t].length; i++) {
                    largest = Math.max(largest, Math.abs(expected[t][i]));
                    difference = Math.max(difference, Math.abs(expected[t][i] - actual[t][i]));
                }
                worst = Math.max(worst, difference / largest);
            }
            return worst;
        }
    }
}
