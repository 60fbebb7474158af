/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.tokenizer;

import static io.headwater.model.tokenizer.HandmadeVocabulary.spelled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class VocabularyTokenizerTest {
    @Test
    void controlTokensAreFoundOnlyWhenTheyAreParsed() {
        HandmadeVocabulary vocabulary = HandmadeVocabulary.byteLevel().control("<e>");
        Tokenizer tokenizer = vocabulary.bytePair("gpt-2");

        assertThat(tokenizer.encode("a<e>b<e><e>", true)).containsExactly('a', 256, 'b', 256, 256);
        assertThat(tokenizer.encode("a<e>", false)).containsExactly('a', '<', 'e', '>');
        assertThat(tokenizer.isControl(256)).isTrue();
        assertThat(tokenizer.isControl('a')).isFalse();
        assertThat(tokenizer.decode(new int[] {'a', 256})).isEqualTo("a<e>");
    }

    @Test
    void userDefinedTokensAreFoundEitherWay() {
        HandmadeVocabulary vocabulary = HandmadeVocabulary.byteLevel().add("    ", TokenType.USER_DEFINED, 0);
        Tokenizer tokenizer = vocabulary.bytePair("gpt-2");

        assertThat(tokenizer.encode("    x", false)).containsExactly(256, 'x');
        assertThat(tokenizer.encode("    x", true)).containsExactly(256, 'x');
        assertThat(tokenizer.decode(new int[] {256, 'x'})).isEqualTo("    x");
    }

    @Test
    void ofTheTokensThatBeginAtOnePlaceTheLongestIsTaken() {
        HandmadeVocabulary vocabulary =
                HandmadeVocabulary.byteLevel().control("<|a").control("<|a|>").control("a|>");

        assertThat(spelled(vocabulary.bytePair("gpt-2"), "<|a|><|a|<|a")).containsExactly("<|a|>", "<|a", "|", "<|a");
    }

    @Test
    void wordsEndAtAControlToken() {
        Tokenizer tokenizer =
                HandmadeVocabulary.byteLevel().merges("Ġ Ġ").control("<e>").bytePair("gpt-2");

        assertThat(spelled(tokenizer, "  <e>  x")).containsExactly("ĠĠ", "<e>", "Ġ", "Ġ", "x");
    }

    @Test
    @Timeout(20)
    void aMegabyteOfAlmostSpecialTokensIsNoBurden() {
        HandmadeVocabulary vocabulary = HandmadeVocabulary.byteLevel();
        for (int i = 0; i < 256; i++) {
            vocabulary.control("<<<<<<<<<<" + i + ">");
        }

        assertThat(vocabulary.bytePair("gpt-2").encode("<".repeat(1 << 20), true))
                .hasSize(1 << 20);
    }

    @Test
    void anIdOutsideTheVocabularyIsRejected() {
        Tokenizer tokenizer = HandmadeVocabulary.byteLevel().bytePair("gpt-2");

        for (int id : List.of(-1, 256)) {
            assertThatThrownBy(() -> tokenizer.decode(new int[] {id}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("token " + id + " is not in the vocabulary: give ids from 0 to 255");
        }
    }

    @Test
    void anUnknownModelIsAnErrorThatSaysWhatIsSupported() {
        TokenizerSettings bert = new TokenizerSettings("bert", "default", -1, -1, -1, false, false, Set.of());

        assertThatThrownBy(() ->
                        new VocabularyTokenizer(HandmadeVocabulary.byteLevel().vocabulary(), bert))
                .hasMessage(
                        "tokenizer.ggml.model=bert is not supported: take a model with one of gpt2 (byte-level BPE) and llama"
                                + " (SentencePiece BPE)");
    }

    @Test
    void listsOfDifferentLengthAreAnError() {
        assertThatThrownBy(
                        () -> new Vocabulary(List.of("a", "b"), List.of(TokenType.NORMAL), List.of(0f, 0f), List.of()))
                .hasMessage(
                        "tokenizer.ggml.token_type has 1 entries for 2 tokens: the file is damaged, fetch it again");
    }
}
