/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.headwater.model.llama.LlamaModel;
import io.headwater.model.tokenizer.Tokenizer;
import io.headwater.testing.TinyModel;
import io.headwater.testing.TinyVocabulary;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Damaged files: only {@link GgufException} may come out, within bounds. A failure names the seed, which alone makes the file again. */
@Timeout(120)
class GgufFuzzTest {
    private static final int MUTATIONS = 4000;
    private static final long ALLOCATION_LIMIT_BYTES =
            16 << 20; // a whole open of the undamaged file takes less than 1 MB
    private static final long[] LENGTHS = {
        0, 1, 2, 255, 65536, Integer.MAX_VALUE, 1L << 31, 1L << 32, 1L << 60, Long.MAX_VALUE, Long.MIN_VALUE, -1
    };

    @TempDir
    static Path directory;

    private static byte[] whole = {};
    private static int headLength;

    @BeforeAll
    static void writeASmallModel() {
        TinyModel tiny = TinyModel.create()
                .layers(1)
                .dim(32)
                .ffnDim(32)
                .heads(2, 1)
                .headDim(16)
                .vocabSize(TinyVocabulary.MINIMUM)
                .llama3RopeTensor(4);
        whole = tiny.writer().bytes();
        headLength = tiny.vocabularyOnly().bytes().length + 1024; // with the tensors' descriptions
    }

    @Test
    void opensTheModelThatTheMutationsComeFrom() throws Exception {
        assertThat(opens(whole)).isTrue();
    }

    @Test
    void throwsNothingButItsOwnErrorWhateverIsDamaged() throws IOException {
        int opened = 0;
        for (long seed = 0; seed < MUTATIONS; seed++) {
            byte[] mutated = mutate(new Random(seed));
            long before = allocatedBytes();
            try {
                opened += opens(mutated) ? 1 : 0;
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed=" + seed + " lets " + e + " out", e);
            }
            assertThat(allocatedBytes() - before)
                    .as("bytes allocated, seed=" + seed)
                    .isLessThan(ALLOCATION_LIMIT_BYTES);
        }
        assertThat(opened).isBetween(MUTATIONS / 100, MUTATIONS * 9 / 10); // or the mutations miss what matters
    }

    private static byte[] mutate(Random random) {
        byte[] bytes = whole.clone();
        switch (random.nextInt(4)) {
            case 0 -> {
                return Arrays.copyOf(bytes, random.nextInt(random.nextBoolean() ? headLength : bytes.length));
            }
            case 1 -> {
                for (int i = random.nextInt(8); i >= 0; i--) {
                    bytes[random.nextInt(headLength)] ^= (byte) (1 << random.nextInt(8));
                }
            }
            case 2 -> {
                for (int i = random.nextInt(4); i >= 0; i--) {
                    bytes[random.nextInt(headLength)] = (byte) random.nextInt();
                }
            }
            default -> {
                long length = LENGTHS[random.nextInt(LENGTHS.length)];
                ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(random.nextInt(headLength - 8), length);
            }
        }
        return bytes;
    }

    /** Opens the file as a file, a tokenizer and a model, and reads all that it has; false if it was refused. */
    private static boolean opens(byte[] bytes) throws IOException {
        Path path = Files.write(directory.resolve("fuzz.gguf"), bytes);
        boolean whole = true;
        try (GgufFile file = GgufFile.open(path)) {
            for (String key : file.metadata().keys()) {
                whole &= isReadable(file.metadata(), key);
            }
            whole &= hasTokenizer(file.metadata());
            for (GgufTensor tensor : file.tensors()) {
                assertThat(file.data(tensor).byteSize()).isEqualTo(tensor.rows() * tensor.rowBytes());
            }
        } catch (GgufException e) {
            assertThat(e).hasMessageStartingWith("fuzz.gguf: ");
            return false;
        }
        try (LlamaModel model = LlamaModel.open(path)) {
            assertThat(model.data(model.output()).byteSize()).isPositive();
            return whole;
        } catch (GgufException e) {
            assertThat(e).hasMessageStartingWith("fuzz.gguf: ");
            return false;
        }
    }

    private static boolean isReadable(GgufMetadata metadata, String key) {
        try {
            return metadata.value(key).isPresent();
        } catch (GgufException e) {
            assertThat(e).hasMessageContaining(key);
            return false;
        }
    }

    private static boolean hasTokenizer(GgufMetadata metadata) {
        try {
            Tokenizer tokenizer = Tokenizer.of(metadata);
            int[] ids = tokenizer.encode("The water, 12 metres deep.", true);
            assertThat(Arrays.stream(ids)).allMatch(id -> id >= 0 && id < tokenizer.vocabSize());
            return true;
        } catch (GgufException e) {
            assertThat(e).hasMessageStartingWith("fuzz.gguf: ");
            return false;
        }
    }

    private static long allocatedBytes() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}
