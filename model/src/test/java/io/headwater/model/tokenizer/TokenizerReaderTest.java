/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headwater.model.gguf.GgufException;
import io.headwater.model.gguf.GgufFile;
import io.headwater.testing.GgufWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerReaderTest {
    @TempDir
    Path directory;

    @Test
    void aSentencePieceFileHasLlamasDefaults() throws IOException, GgufException {
        Tokenizer tokenizer = read(sentencePiece());

        assertThat(tokenizer.bos()).hasValue(1);
        assertThat(tokenizer.eos()).hasValue(2);
        assertThat(tokenizer.addBos()).isTrue();
        assertThat(tokenizer.addsSpacePrefix()).isTrue();
        assertThat(tokenizer.encode("ab", true)).containsExactly(6);
        assertThat(tokenizer.encode("!", true)).containsExactly(3, 0);
    }

    @Test
    void aByteLevelFileAddsNothingUnlessItSaysSo() throws IOException, GgufException {
        Tokenizer tokenizer = read(byteLevel());

        assertThat(tokenizer.bos()).isEmpty();
        assertThat(tokenizer.eos()).isEmpty();
        assertThat(tokenizer.addBos()).isFalse();
        assertThat(tokenizer.addsSpacePrefix()).isFalse();
        assertThat(tokenizer.encode("ab", true)).containsExactly(2);
    }

    @Test
    void aLlama3FileAddsItsBos() throws IOException, GgufException {
        GgufWriter file =
                byteLevel().string("tokenizer.ggml.pre", "llama-bpe").uint32("tokenizer.ggml.bos_token_id", 3);

        assertThat(read(file).addBos()).isTrue();
        assertThat(read(file.bool("tokenizer.ggml.add_bos_token", false)).addBos())
                .isFalse();
    }

    @Test
    void endTokensAreThoseThatTheFileNamesAndThoseKnownByTheirText() throws IOException, GgufException {
        Tokenizer tokenizer =
                read(byteLevel().uint32("tokenizer.ggml.eos_token_id", 0).uint32("tokenizer.ggml.eot_token_id", 1));

        assertThat(IntStream.range(0, 5).filter(tokenizer::isEndOfGeneration)).containsExactly(0, 1, 4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"model", "tokens", "merges"})
    void aMissingKeyIsAnErrorThatNamesIt(String key) {
        assertThatThrownBy(() -> read(byteLevel().without("tokenizer.ggml." + key)))
                .isInstanceOf(GgufException.class)
                .hasMessage("vocabulary.gguf: tokenizer.ggml." + key
                        + " is missing: take a file that carries its tokenizer");
    }

    @ParameterizedTest
    @CsvSource({"model,bert,gpt2 (byte-level BPE) and llama", "pre,tekken,smollm"})
    void anUnsupportedKindIsAnErrorThatSaysWhatIsSupported(String key, String value, String supported) {
        assertThatThrownBy(() -> read(byteLevel().string("tokenizer.ggml." + key, value)))
                .isInstanceOf(GgufException.class)
                .hasMessageStartingWith("vocabulary.gguf: tokenizer.ggml." + key + "=" + value + " is not supported")
                .hasMessageContaining(supported);
    }

    @Test
    void damagedListsAndIdsAreErrorsThatNameTheKey() {
        assertRejected(file -> file.int32s("tokenizer.ggml.token_type", 1), "token_type has 1 entries for 5 tokens");
        assertRejected(file -> file.float32s("tokenizer.ggml.scores", 1, 2), "scores has 2 entries for 5 tokens");
        assertRejected(file -> file.strings("tokenizer.ggml.tokens", List.of()), "tokens is empty");
        assertRejected(file -> file.strings("tokenizer.ggml.merges", List.of("ab")), "merges[0] is \"ab\"");
        assertRejected(
                file -> file.uint32("tokenizer.ggml.eos_token_id", 5), "eos_token_id=5 is not in the vocabulary");
        assertRejected(file -> file.uint32("tokenizer.ggml.eot_token_id", -1), "eot_token_id=4294967295 is not in");
        assertRejected(
                file -> file.bool("tokenizer.ggml.add_bos_token", true), "add_bos_token is true and bos_token_id");
        assertRejected(file -> file.uint32("tokenizer.ggml.tokens", 1), "tokenizer.ggml.tokens");
    }

    private void assertRejected(UnaryOperator<GgufWriter> damage, String message) {
        assertThatThrownBy(() -> read(damage.apply(byteLevel().int32s("tokenizer.ggml.token_type", 1, 1, 1, 3, 3))))
                .isInstanceOf(GgufException.class)
                .hasMessageStartingWith("vocabulary.gguf: ")
                .hasMessageContaining(message);
    }

    private static GgufWriter byteLevel() {
        return new GgufWriter()
                .string("tokenizer.ggml.model", "gpt2")
                .string("tokenizer.ggml.pre", "smollm")
                .strings("tokenizer.ggml.tokens", List.of("a", "b", "ab", "<|begin|>", "<|eot_id|>"))
                .int32s("tokenizer.ggml.token_type", 1, 1, 1, 3, 3)
                .strings("tokenizer.ggml.merges", List.of("a b"));
    }

    private static GgufWriter sentencePiece() {
        return new GgufWriter()
                .string("tokenizer.ggml.model", "llama")
                .strings("tokenizer.ggml.tokens", List.of("<unk>", "<s>", "</s>", "▁", "a", "b", "▁ab", "ab"))
                .float32s("tokenizer.ggml.scores", 0, 0, 0, -9, -9, -9, -2, -1)
                .int32s("tokenizer.ggml.token_type", 2, 3, 3, 1, 1, 1, 1, 1);
    }

    private Tokenizer read(GgufWriter writer) throws IOException, GgufException {
        try (GgufFile file = GgufFile.open(writer.write(directory.resolve("vocabulary.gguf")))) {
            return Tokenizer.of(file.metadata());
        }
    }
}
