/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.tokenizer;

import static io.headwater.model.tokenizer.HandmadeVocabulary.spelled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class BytePairEncoderTest {
    @Test
    void theMergeOfTheLowestRankComesFirstAndTheLeftmostAmongEquals() {
        Tokenizer tokenizer = HandmadeVocabulary.byteLevel()
                .merges("b c", "a b", "a a", "aa a")
                .bytePair("gpt-2");

        assertThat(spelled(tokenizer, "abc")).containsExactly("a", "bc");
        assertThat(spelled(tokenizer, "abab")).containsExactly("ab", "ab");
        assertThat(spelled(tokenizer, "aaaaa")).containsExactly("aa", "aaa");
    }

    @Test
    void mergesStayWithinWords() {
        Tokenizer tokenizer =
                HandmadeVocabulary.byteLevel().merges("Ġ a", "a Ġ", "1 2").bytePair("smollm");

        assertThat(spelled(tokenizer, "a a12")).containsExactly("a", "Ġa", "1", "2");
    }

    @Test
    void charactersWithoutATokenAreSpelledInBytes() {
        Tokenizer tokenizer = HandmadeVocabulary.byteLevel().bytePair("gpt-2");

        assertThat(tokenizer.encode("é😀", true)).containsExactly(0xC3, 0xA9, 0xF0, 0x9F, 0x98, 0x80);
    }

    @Test
    void llamaBpeTakesAWordThatIsATokenWithoutMerging() {
        HandmadeVocabulary vocabulary =
                HandmadeVocabulary.byteLevel().merges("a b").add("Ġabc", 0);

        assertThat(spelled(vocabulary.bytePair("llama-bpe"), "x abc")).containsExactly("x", "Ġabc");
        assertThat(spelled(vocabulary.bytePair("qwen2"), "x abc")).containsExactly("x", "Ġ", "ab", "c");
    }

    @Test
    void llamaBpeDoesNotTakeAWordThatIsAControlToken() {
        Tokenizer tokenizer = HandmadeVocabulary.byteLevel().control("stop").bytePair("llama-bpe");

        assertThat(tokenizer.encode("stop", false)).containsExactly('s', 't', 'o', 'p');
    }

    @Test
    void unpairedSurrogatesBecomeReplacementCharacters() {
        Tokenizer tokenizer = HandmadeVocabulary.byteLevel().bytePair("gpt-2");

        assertThat(tokenizer.decode(tokenizer.encode("a\ud83d b\ude00\ud83d", true)))
                .isEqualTo("a\ufffd b\ufffd\ufffd");
    }

    @Test
    void aByteThatTheVocabularyLacksIsLeftOut() {
        Tokenizer tokenizer =
                new HandmadeVocabulary().add("a", 0).add("b", 0).merges("a b").bytePair("gpt-2");

        assertThat(spelled(tokenizer, "axb")).containsExactly("a", "b");
    }

    @Test
    void aMergeWithoutASpaceIsAnErrorThatSaysWhichOne() {
        HandmadeVocabulary vocabulary = HandmadeVocabulary.byteLevel().merges("a b", "ab");

        assertThatThrownBy(() -> vocabulary.bytePair("gpt-2"))
                .hasMessage(
                        "tokenizer.ggml.merges[1] is \"ab\", expected two tokens with a space between: the file is damaged,"
                                + " fetch it again");
    }

    @Test
    void mergingAgreesWithTheSlowWayOnRandomVocabulariesAndWords() {
        for (int seed = 0; seed < 500; seed++) {
            RandomText random = new RandomText(seed);
            List<String> merges = randomMerges(random);
            Tokenizer tokenizer = HandmadeVocabulary.byteLevel()
                    .merges(merges.toArray(String[]::new))
                    .bytePair("gpt-2");
            String word = randomWord(random, 1 + seed / 10);

            assertThat(spelled(tokenizer, word)).as("seed " + seed).isEqualTo(mergeSlowly(merges, word));
        }
    }

    @Test
    @Timeout(20)
    void aWordOfAMegabyteIsMergedInReasonableTime() {
        Tokenizer tokenizer = HandmadeVocabulary.byteLevel()
                .merges("a a", "aa aa", "aaaa aaaa")
                .bytePair("gpt-2");

        assertThat(tokenizer.encode("a".repeat(1 << 20), true)).hasSize(1 << 17);
    }

    @Test
    void everyRandomTextComesBack() {
        Tokenizer tokenizer = HandmadeVocabulary.byteLevel()
                .merges("Ġ t", "h e", "Ġt he", "l l", "Ã ©", "ð Ł", "Ċ Ċ")
                .control("<|im_start|>")
                .bytePair("smollm");
        for (int seed = 0; seed < 2000; seed++) {
            String text = new RandomText(seed).next(seed / 50);

            assertThat(tokenizer.decode(tokenizer.encode(text, true)))
                    .as("seed " + seed)
                    .isEqualTo(text);
            assertThat(tokenizer.decode(tokenizer.encode(text, false)))
                    .as("seed " + seed)
                    .isEqualTo(text);
        }
    }

    private static List<String> randomMerges(RandomText random) {
        List<String> parts = new ArrayList<>(List.of("a", "b", "c"));
        List<String> merges = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            String left = parts.get(random.random().nextInt(parts.size()));
            String right = parts.get(random.random().nextInt(parts.size()));
            if (!merges.contains(left + " " + right)) {
                merges.add(left + " " + right);
                parts.add(left + right);
            }
        }
        return merges;
    }

    private static String randomWord(RandomText random, int length) {
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < length; i++) {
            word.append((char) ('a' + random.random().nextInt(3)));
        }
        return word.toString();
    }

    private static List<String> mergeSlowly(List<String> merges, String word) {
        List<String> symbols = new ArrayList<>(List.of(word.split("")));
        while (true) {
            int best = Integer.MAX_VALUE;
            int at = -1;
            for (int i = 0; i + 1 < symbols.size(); i++) {
                int rank = merges.indexOf(symbols.get(i) + " " + symbols.get(i + 1));
                if (rank >= 0 && rank < best) {
                    best = rank;
                    at = i;
                }
            }
            if (at < 0) {
                return symbols;
            }
            symbols.set(at, symbols.get(at) + symbols.remove(at + 1));
        }
    }
}
