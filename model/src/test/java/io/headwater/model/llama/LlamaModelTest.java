/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.headwater.model.gguf.GgufException;
import io.headwater.model.gguf.GgufTensor;
import io.headwater.tensors.formats.Dequantizer;
import io.headwater.tensors.formats.TensorType;
import io.headwater.testing.GgufFormat;
import io.headwater.testing.GgufWriter;
import io.headwater.testing.TinyModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class LlamaModelTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"2,2", "3,1", "6,2", "8,2", "8,1"})
    void readsTheNumbersOfEachGroupSize(int nHeads, int nKvHeads) throws Exception {
        Path path = TinyModel.create()
                .layers(3)
                .dim(96)
                .ffnDim(160)
                .heads(nHeads, nKvHeads)
                .headDim(32)
                .vocabSize(301)
                .write(directory);

        try (LlamaModel model = LlamaModel.open(path)) {
            assertThat(model.config())
                    .isEqualTo(new LlamaConfig(
                            3,
                            96,
                            160,
                            nHeads,
                            nKvHeads,
                            32,
                            301,
                            256,
                            1e-5f,
                            new RopeConfig(10000, 32, new RopeScaling.None()),
                            false));
            assertThat(model.tensor(2, LayerTensor.WK).shape()).containsExactly(96L, 32L * nKvHeads);
            assertThat(model.tensor(0, LayerTensor.W_DOWN).shape()).containsExactly(160L, 96L);
            assertThat(model.output().name()).isEqualTo("output.weight");
        }
    }

    @Test
    void usesTheEmbeddingAsOutputWhereTheFileHasNone() throws Exception {
        try (LlamaModel model = LlamaModel.open(TinyModel.create().tied(true).write(directory))) {
            assertThat(model.config().tiedEmbeddings()).isTrue();
            assertThat(model.output()).isEqualTo(model.tokenEmbedding());
        }
    }

    @ParameterizedTest
    @EnumSource(GgufFormat.class)
    void readsBackWhatWasQuantised(GgufFormat format) throws Exception {
        TinyModel tiny =
                TinyModel.create().layers(1).dim(256).ffnDim(256).heads(4, 2).headDim(64);
        Path exact = tiny.format(GgufFormat.F32).writer().write(directory.resolve("exact.gguf"));
        Path rounded = tiny.format(format).writer().write(directory.resolve("rounded.gguf"));

        try (LlamaModel want = LlamaModel.open(exact);
                LlamaModel got = LlamaModel.open(rounded)) {
            assertThat(got.tensor(0, LayerTensor.WQ).type()).isEqualTo(TensorType.valueOf(format.name()));
            float[] wanted = values(want, want.tensor(0, LayerTensor.WQ));
            float[] read = values(got, got.tensor(0, LayerTensor.WQ));
            float step = 0.3f / (1 << (bits(format) - 1)); // values reach about ±0.28
            for (int i = 0; i < wanted.length; i++) {
                assertThat(read[i]).as("element " + i).isBetween(wanted[i] - step, wanted[i] + step);
            }
        }
    }

    private static int bits(GgufFormat format) {
        return switch (format) {
            case F32, F16 -> 11;
            case Q8_0, BF16 -> 7;
            case Q6_K -> 5;
            case Q5_0, Q5_1, Q5_K -> 4;
            case Q4_0, Q4_1, Q4_K -> 3;
        };
    }

    private static float[] values(LlamaModel model, GgufTensor tensor) {
        int columns = (int) tensor.columns();
        float[] values = new float[columns * (int) tensor.rows()];
        for (int row = 0; row < tensor.rows(); row++) {
            Dequantizer.row(tensor.type(), model.data(tensor), row * tensor.rowBytes(), columns, values, row * columns);
        }
        return values;
    }

    @Test
    void readsLinearRopeScaling() throws Exception {
        GgufWriter tiny = TinyModel.create().writer();

        assertThat(scaling(TinyModel.create().linearRope(4).writer())).isEqualTo(new RopeScaling.Linear(4));
        assertThat(scaling(tiny.float32("llama.rope.scale_linear", 2))).isEqualTo(new RopeScaling.Linear(2));
        assertThat(scaling(tiny.float32("llama.rope.scaling.factor", 3))).isEqualTo(new RopeScaling.Linear(3));
        assertThat(scaling(tiny.float32("llama.rope.scaling.factor", 0))).isEqualTo(new RopeScaling.None());
        assertThat(scaling(tiny.string("llama.rope.scaling.type", "none"))).isEqualTo(new RopeScaling.None());
    }

    @Test
    void readsLlama3RopeScalingFromTheTensor() throws Exception {
        RopeScaling scaling = scaling(TinyModel.create().llama3RopeTensor(8).writer());

        assertThat(scaling).isEqualTo(new RopeScaling.Llama3(List.of(1f, 2f, 3f, 4f, 5f, 6f, 7f, 8f)));
    }

    @Test
    void computesLlama3RopeScalingFromTheKeys() throws Exception {
        RopeScaling scaling = scaling(TinyModel.create().llama3RopeKeys(8).writer());

        assertThat(scaling.divisor(0)).isEqualTo(1f); // a wave of 6 is below 64/4
        assertThat(scaling.divisor(1))
                .isBetween(1.2f, 1.4f); // 19.87: kept = (64/19.87 - 1)/3 = 0.74, 1/(0.26/8 + 0.74) = 1.294
        assertThat(scaling.divisor(7)).isEqualTo(8f);
    }

    private RopeScaling scaling(GgufWriter writer) throws IOException, GgufException {
        try (LlamaModel model = LlamaModel.open(writer.write(directory.resolve("rope.gguf")))) {
            return model.config().rope().scaling();
        }
    }

    @Test
    void namesAnotherArchitectureAndWhatIsSupported() {
        assertRefused(
                TinyModel.create().writer().string("general.architecture", "qwen2"),
                "bad.gguf: architecture qwen2 is not supported, only llama is");
    }

    @Test
    void saysWhichTensorHasWhichShapeAndWhy() {
        assertRefused(
                TinyModel.create()
                        .writer()
                        .tensor("blk.1.attn_k.weight", GgufFormat.F32, List.of(64L, 31L), new float[64 * 31]),
                "bad.gguf: blk.1.attn_k.weight is [64, 31], expected [64, 32] (dim=64, nKvHeads=2 × headDim=16)");
    }

    @Test
    void refusesTensorsThatAreMissingOrUnknown() {
        assertRefused(
                TinyModel.create().writer().without("blk.1.ffn_up.weight"), "tensor blk.1.ffn_up.weight is missing");
        assertRefused(
                TinyModel.create().writer().without("output_norm.weight"), "tensor output_norm.weight is missing");
        assertRefused(TinyModel.create().vocabularyOnly(), "the file has a vocabulary only, no weights");
        assertRefused(
                TinyModel.create().writer().tensor("blk.0.attn_q.bias", GgufFormat.F32, List.of(64L), new float[64]),
                "tensor blk.0.attn_q.bias is no part");
        assertRefused(
                TinyModel.create().norms(GgufFormat.Q8_0).writer(), "output_norm.weight is Q8_0, norms must be F32");
    }

    @Test
    void refusesNumbersThatCannotBe() {
        assertRefusedKey("llama.block_count", 0);
        assertRefusedKey("llama.block_count", -1);
        assertRefusedKey("llama.embedding_length", 1 << 30);
        assertRefusedKey("llama.attention.head_count", 0);
        assertRefusedKey("llama.attention.head_count_kv", 3);
        assertRefusedKey("llama.attention.head_count_kv", 0);
        assertRefusedKey("llama.context_length", 0);
        assertRefusedKey("llama.feed_forward_length", 0);
        assertRefusedKey("llama.rope.dimension_count", 18);
        assertRefusedKey("llama.rope.dimension_count", 15);
        assertRefusedKey("llama.expert_count", 8);
        assertRefused(TinyModel.create().writer().uint32("llama.vocab_size", 100), "llama.vocab_size=100");
        assertRefused(
                TinyModel.create()
                        .writer()
                        .uint32("llama.attention.key_length", 15)
                        .uint32("llama.attention.value_length", 15),
                "headDim=15 is odd");
        assertRefused(
                TinyModel.create().writer().uint32("llama.attention.value_length", 8),
                "llama.attention.value_length=8 differs from the key length 16");
        assertRefused(
                TinyModel.create().writer().float32("llama.attention.layer_norm_rms_epsilon", Float.NaN),
                "epsilon=NaN");
        assertRefused(TinyModel.create().writer().float32("llama.rope.freq_base", -1), "freq_base=-1.0");
        assertRefused(
                TinyModel.create().writer().string("llama.rope.scaling.type", "yarn"), "type=yarn is not supported");
    }

    private void assertRefusedKey(String key, int value) {
        assertRefused(TinyModel.create().writer().uint32(key, value), key);
    }

    @Test
    void namesKeysThatAreMissingOrOfAnotherType() {
        assertRefused(
                TinyModel.create().writer().without("llama.context_length"),
                "metadata key llama.context_length is missing");
        assertRefused(
                TinyModel.create().writer().without("general.architecture"),
                "metadata key general.architecture is missing");
        assertRefused(
                TinyModel.create().writer().string("llama.block_count", "2"),
                "metadata key llama.block_count: the value is of type string, expected an integer");
    }

    private void assertRefused(GgufWriter writer, String problem) {
        assertThatExceptionOfType(GgufException.class)
                .isThrownBy(() -> LlamaModel.open(writer.write(directory.resolve("bad.gguf")))
                        .close())
                .withMessageStartingWith("bad.gguf: ")
                .withMessageContaining(problem);
    }
}
