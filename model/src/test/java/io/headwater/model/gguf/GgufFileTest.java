/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.headwater.model.tokenizer.Tokenizer;
import io.headwater.tensors.formats.TensorType;
import io.headwater.testing.GgufFormat;
import io.headwater.testing.GgufWriter;
import io.headwater.testing.TinyModel;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GgufFileTest {
    private static final long HUGE = 1L << 60;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void readsBothVersions(int version) throws Exception {
        byte[] blocks = GgufFormat.Q8_0.quantise(new float[64]);
        GgufWriter writer = new GgufWriter()
                .version(version)
                .string("name", "grün")
                .tensor("a", GgufFormat.Q8_0.id(), List.of(32L, 2L), blocks)
                .tensor("b", GgufFormat.F32, List.of(3L), new float[] {1, 2, 3});

        try (GgufFile file = open(writer)) {
            assertThat(file.version()).isEqualTo(version);
            assertThat(file.metadata().string("name")).contains("grün");
            assertThat(file.tensors()).extracting(GgufTensor::name).containsExactly("a", "b");
            GgufTensor a = file.tensor("a").orElseThrow();
            assertThat(a.type()).isEqualTo(TensorType.Q8_0);
            assertThat(a.columns()).isEqualTo(32);
            assertThat(a.rows()).isEqualTo(2);
            assertThat(a.rowBytes()).isEqualTo(34);
            assertThat(file.data(a).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(blocks);
            GgufTensor b = file.tensor("b").orElseThrow();
            assertThat(b.offset() % 32).isZero();
            assertThat(b.rows()).isEqualTo(1);
            assertThat(file.data(b).get(ValueLayout.JAVA_FLOAT_UNALIGNED, 8)).isEqualTo(3f);
            assertThat(file.tensor("c")).isEmpty();
        }
    }

    @Test
    void opensAFileThatHasAVocabularyOnly() throws Exception {
        try (GgufFile file = open(TinyModel.create().vocabularyOnly())) {
            assertThat(file.tensors()).isEmpty();
            assertThat(file.metadata().strings("tokenizer.ggml.tokens").orElseThrow())
                    .hasSize(320)
                    .startsWith("<|endoftext|>", "<|im_start|>", "<|im_end|>", "Ā");
        }
    }

    @Test
    void keepsToTheAlignmentThatTheFileSays() throws Exception {
        GgufWriter writer = new GgufWriter()
                .alignment(256)
                .tensor("a", GgufFormat.F32, List.of(1L), new float[] {1})
                .tensor("b", GgufFormat.F32, List.of(1L), new float[] {2});

        try (GgufFile file = open(writer)) {
            GgufTensor b = file.tensor("b").orElseThrow();
            assertThat(b.offset() % 256).isZero();
            assertThat(file.data(b).get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0)).isEqualTo(2f);
        }
    }

    @Test
    void refusesWhatIsNoGguf() throws Exception {
        assertRefused(new byte[0], "the file is empty");
        assertRefused(new byte[] {'G', 'G'}, "this is not a GGUF file");
        assertRefused("PK\003\004 something else".getBytes(StandardCharsets.US_ASCII), "not a GGUF file");
        assertRefused(new byte[] {'G', 'G', 'U', 'F'}, "the file ends at byte 4 within the version");
        assertRefused(new byte[] {'G', 'G', 'U', 'F', 0, 0, 0, 3, 0, 0, 0, 0}, "the file is big-endian");
        assertRefused(new GgufWriter().version(1), "GGUF version 1 is not supported, only 2 and 3 are");
        assertRefused(new GgufWriter().version(-1), "GGUF version 4294967295 is not supported");
        assertThatExceptionOfType(GgufException.class)
                .isThrownBy(() -> GgufFile.open(directory))
                .withMessageContaining("this is a directory");
        assertThatExceptionOfType(GgufException.class)
                .isThrownBy(() -> GgufFile.open(directory.resolve("absent.gguf")))
                .withMessageStartingWith("absent.gguf: there is no such file");
    }

    @Test
    void refusesAFileThatIsCutAnywhere() throws Exception {
        byte[] whole = new GgufWriter()
                .string("s", "text")
                .strings("list", List.of("one", "two"))
                .int32s("numbers", 1, 2, 3)
                .tensor("a", GgufFormat.F32, List.of(8L), new float[8])
                .bytes();

        for (int length = 0; length < whole.length; length++) {
            assertRefused(Arrays.copyOf(whole, length), "bad.gguf: ");
        }
    }

    @Test
    void refusesCountsThatTheFileCannotHold() throws Exception {
        assertRefused(withLong(8, HUGE), "the number of tensors at byte 8 is 1152921504606846976, but only");
        assertRefused(withLong(8, -1), "the number of tensors at byte 8 is 18446744073709551615");
        assertRefused(withLong(16, HUGE), "the number of metadata entries at byte 16 is 1152921504606846976");
        assertRefused(withLong(24, HUGE), "key of metadata entry at byte 24 says it has 1152921504606846976 bytes");
        assertRefused(withLong(24, -1), "key of metadata entry at byte 24 says it has 18446744073709551615 bytes");
        assertRefused(new GgufWriter().array("k", 4, HUGE, new byte[8]), "the number of k");
        assertRefused(new GgufWriter().array("k", 8, HUGE, new byte[8]), "the number of k");
        assertRefused(new GgufWriter().string("k".repeat(65536), "v"), "has 65536 bytes, more than 65535");
    }

    /** A file of one entry and no tensor with other eight bytes at {@code offset}. */
    private static byte[] withLong(int offset, long value) {
        byte[] bytes = new GgufWriter().string("key", "value").bytes();
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(offset, value);
        return bytes;
    }

    @Test
    void refusesMetadataThatCannotBeRead() throws Exception {
        assertRefused(new GgufWriter().raw("k", 13, new byte[8]), "metadata key k has the unknown value type 13");
        assertRefused(new GgufWriter().array("k", 9, 1, new byte[16]), "metadata key k is an array of arrays");
        assertRefused(new GgufWriter().array("k", 77, 1, new byte[16]), "metadata key k has the unknown value type 77");
        assertRefused(
                overwritten(new GgufWriter().uint32("key1", 1).uint32("key2", 1).bytes(), "key2", "key1"),
                "is there twice");
        assertRefused(
                overwritten(new GgufWriter().uint32("key1", 1).bytes(), "key1", "\uFFFD"),
                "metadata entry 0 is not valid UTF-8");
        for (int alignment : new int[] {0, 3, 33, -32}) {
            assertRefused(new GgufWriter().uint32("general.alignment", alignment), "is not a power of two");
        }
        assertRefused(
                new GgufWriter().string("general.alignment", "32"), "metadata key general.alignment: the value is");
    }

    /** Writes {@code replacement} over the only {@code text}; U+FFFD stands for the byte FF. */
    private static byte[] overwritten(byte[] bytes, String text, String replacement) {
        String latin = new String(bytes, StandardCharsets.ISO_8859_1);
        int at = latin.indexOf(text);
        for (int i = 0; i < replacement.length(); i++) {
            bytes[at + i] = (byte) replacement.charAt(i);
        }
        return bytes;
    }

    @Test
    void saysWhatIsWrongInOneShortLineWhateverTheNamesAre() throws Exception {
        String name = "a\nb" + "c".repeat(60000);
        Path path = new GgufWriter()
                .tensor(name, GgufFormat.F32, List.of(0L), new float[0])
                .write(directory.resolve("bad.gguf"));

        assertThatExceptionOfType(GgufException.class)
                .isThrownBy(() -> GgufFile.open(path).close())
                .satisfies(e -> assertThat(e.getMessage())
                        .startsWith("bad.gguf: tensor a\uFFFDbccc")
                        .endsWith("fetch it again")
                        .hasSizeLessThan(1100));
    }

    @Test
    void refusesTensorsThatCannotBe() throws Exception {
        assertRefusedTensor(List.of(), 0, 16, "tensor t has 0 dimensions, not 1 to 4");
        assertRefusedTensor(List.of(1L, 1L, 1L, 1L, 1L), 0, 16, "tensor t has 5 dimensions");
        assertRefusedTensor(List.of(0L), 0, 16, "tensor t has the impossible shape [0]");
        assertRefusedTensor(List.of(-4L), 0, 16, "tensor t has the impossible shape [-4]");
        assertRefusedTensor(List.of(1L << 32, 1L << 31), 0, 16, "tensor t has the impossible shape");
        assertRefusedTensor(List.of(1L << 32, 1L << 32), 0, 16, "tensor t has the impossible shape");
        assertRefusedTensor(List.of(1L << 62), 0, 16, "tensor t has the impossible shape");
        assertRefusedTensor(List.of(1L << 40), 0, 16, "reaches beyond the end of the file");
        assertRefusedTensor(List.of(33L), 8, 68, "tensor t has rows of 33, but Q8_0 needs a multiple of 32");
        assertRefusedTensor(List.of(8L), 0, 28, "tensor t (32 bytes from data byte 0) reaches beyond the end");
        assertRefusedTensor(
                List.of(32L), 20, 18, "tensor t has type 20 (IQ4_NL), which is not supported: use a file with F32");
        assertRefusedTensor(List.of(32L), 4, 18, "tensor t has type 4 (unknown)");
    }

    private void assertRefusedTensor(List<Long> shape, int type, int bytes, String problem) throws IOException {
        assertRefused(new GgufWriter().tensor("t", type, shape, new byte[bytes]), problem);
    }

    @Test
    void refusesTensorsThatLieWrongOrTwice() throws Exception {
        GgufWriter two = new GgufWriter()
                .tensor("first", GgufFormat.F32, List.of(8L), new float[8])
                .tensor("other", GgufFormat.F32, List.of(8L), new float[8]);
        int secondOffset = 24 + (8 + 5 + 4 + 8 + 4 + 8) + (8 + 5 + 4 + 8 + 4);

        assertRefused(withInt(two.bytes(), secondOffset, 0), "tensors first and other overlap at byte");
        assertRefused(
                withInt(two.bytes(), secondOffset, 33), "tensor other begins at data byte 33, which is no multiple");
        assertRefused(
                withInt(two.bytes(), secondOffset, 1 << 30),
                "tensor other (32 bytes from data byte 1073741824) reaches beyond");
        assertRefused(overwritten(two.bytes(), "other", "first"), "tensor first is there twice");
    }

    private static byte[] withInt(byte[] bytes, int offset, int value) {
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(offset, value);
        return bytes;
    }

    @Test
    void writesAVocabularyThatOurTokenizerReads() throws Exception {
        try (GgufFile file = open(TinyModel.create().vocabSize(1301).vocabularyOnly())) {
            Tokenizer tokenizer = Tokenizer.of(file.metadata());

            int[] ids = tokenizer.encode("<|im_start|>the water: größer", true);

            assertThat(tokenizer.decode(ids)).isEqualTo("<|im_start|>the water: größer");
            assertThat(ids[0]).isEqualTo(1);
            assertThat(ids).hasSizeLessThan(20);
            assertThat(tokenizer.isEndOfGeneration(2)).isTrue();
            assertThat(tokenizer.vocabSize()).isEqualTo(1301);
        }
    }

    private GgufFile open(GgufWriter writer) throws IOException, GgufException {
        return GgufFile.open(writer.write(directory.resolve("good.gguf")));
    }

    private void assertRefused(GgufWriter writer, String problem) throws IOException {
        assertRefused(writer.bytes(), problem);
    }

    private void assertRefused(byte[] bytes, String problem) throws IOException {
        Path path = Files.write(directory.resolve("bad.gguf"), bytes);
        assertThatExceptionOfType(GgufException.class)
                .isThrownBy(() -> GgufFile.open(path).close())
                .withMessageStartingWith("bad.gguf: ")
                .withMessageContaining(problem);
    }
}
