/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.tokenizer;

import static io.headwater.model.tokenizer.HandmadeVocabulary.spelled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SentencePieceEncoderTest {
    @Test
    void thePairOfTheHighestScoreMergesFirst() {
        Tokenizer tokenizer =
                letters("abc").add("ab", -2).add("bc", -1).add("abc", -9).sentencePiece(false);

        assertThat(spelled(tokenizer, "abcab")).containsExactly("abc", "ab");
    }

    @Test
    void amongEqualScoresTheLeftmostMergesFirst() {
        Tokenizer tokenizer = letters("a").add("aa", -1).sentencePiece(false);

        assertThat(spelled(tokenizer, "aaa")).containsExactly("aa", "a");
    }

    @Test
    void positiveAndNegativeScoresAreOrdered() {
        Tokenizer tokenizer =
                letters("abcd").add("ab", -0.5f).add("bc", 0.5f).add("cd", 1.5f).sentencePiece(false);

        assertThat(spelled(tokenizer, "abcd")).containsExactly("ab", "cd");
    }

    @Test
    void aTokenIsReachedOnlyByMerges() {
        Tokenizer tokenizer = letters("abc").add("abc", 5).sentencePiece(false);

        assertThat(spelled(tokenizer, "abc")).containsExactly("a", "b", "c");
    }

    @Test
    void aSpaceComesBeforeTheTextAndAfterEachControlToken() {
        HandmadeVocabulary vocabulary = letters("a▁").add("▁a", -1);

        assertThat(spelled(vocabulary.sentencePiece(true), "a a<s>a")).containsExactly("▁a", "▁a", "<s>", "▁a");
        assertThat(spelled(vocabulary.sentencePiece(false), "a a<s>a")).containsExactly("a", "▁a", "<s>", "a");
        assertThat(vocabulary.sentencePiece(true).encode("", true)).isEmpty();
    }

    @Test
    void whatIsNoTokenBecomesItsBytes() {
        Tokenizer tokenizer = letters("a").sentencePiece(false);

        assertThat(tokenizer.encode("aé\n😀", true))
                .containsExactly(259, 3 + 0xC3, 3 + 0xA9, 3 + '\n', 3 + 0xF0, 3 + 0x9F, 3 + 0x98, 3 + 0x80);
    }

    @Test
    void withoutByteTokensTheUnknownTokenStandsForABytePerByte() {
        Tokenizer tokenizer = new HandmadeVocabulary()
                .add("<unk>", TokenType.UNKNOWN, 0)
                .add("a", -1)
                .sentencePiece(false);

        assertThat(tokenizer.encode("aé", true)).containsExactly(1, 0, 0);
    }

    @Test
    void plainTextNeverBecomesAControlOrByteToken() {
        Tokenizer tokenizer = letters("<>/s0xA")
                .add("</", -1)
                .add("s>", -1)
                .add("<0", -1)
                .add("x0", -1)
                .add("x0A", -1)
                .add("x0A>", -1)
                .sentencePiece(false);

        assertThat(tokenizer.encode("</s><0x0A>", false)).doesNotContain(1, 2, 13);
        assertThat(tokenizer.encode("</s>", true)).containsExactly(2);
    }

    @Test
    void decodingDropsTheSpaceThatEncodingPutBeforeTheText() {
        HandmadeVocabulary vocabulary = letters("a▁").add("▁a", -1).add("▁▁", -2);
        int space = vocabulary.id("▁a");

        assertThat(vocabulary.sentencePiece(true).decode(new int[] {space, space}))
                .isEqualTo("a a");
        assertThat(vocabulary.sentencePiece(false).decode(new int[] {space, space}))
                .isEqualTo(" a a");
        assertThat(vocabulary.sentencePiece(true).decode(new int[] {1, space})).isEqualTo("<s> a");
        assertThat(vocabulary
                        .sentencePiece(true)
                        .decode(vocabulary.sentencePiece(true).encode("   a ", true)))
                .isEqualTo("   a ");
    }

    @Test
    void aByteTokenThatIsMisspelledIsAnError() {
        HandmadeVocabulary vocabulary = HandmadeVocabulary.sentencePiece().add("<0xZZ>", TokenType.BYTE, 0);

        assertThatThrownBy(() -> vocabulary.sentencePiece(true))
                .hasMessageContaining("has the byte token \"<0xZZ>\", expected <0x00> to <0xFF>");
    }

    @Test
    void mergingAgreesWithTheSlowWayOnRandomVocabulariesAndTexts() {
        for (int seed = 0; seed < 500; seed++) {
            RandomText random = new RandomText(seed);
            Map<String, Float> scores = randomScores(random);
            HandmadeVocabulary vocabulary = HandmadeVocabulary.sentencePiece();
            scores.forEach(vocabulary::add);
            StringBuilder text = new StringBuilder();
            for (int i = 0; i <= seed / 10; i++) {
                text.append((char) ('a' + random.random().nextInt(3)));
            }

            assertThat(spelled(vocabulary.sentencePiece(false), text.toString()))
                    .as("seed " + seed)
                    .isEqualTo(mergeSlowly(scores, text.toString()));
        }
    }

    @Test
    @Timeout(20)
    void aMegabyteOfOneLetterIsMergedInReasonableTime() {
        Tokenizer tokenizer =
                letters("a").add("aa", -1).add("aaaa", -2).add("aaaaaaaa", -3).sentencePiece(false);

        assertThat(tokenizer.encode("a".repeat(1 << 20), true)).hasSize(1 << 17);
    }

    @Test
    void everyRandomTextComesBack() {
        Tokenizer tokenizer =
                letters("▁helo.'").add("▁h", -1).add("ll", -2).add("▁▁", -3).sentencePiece(true);
        for (int seed = 0; seed < 2000; seed++) {
            String text = new RandomText(seed).next(seed / 50).replace('▁', ' ');

            assertThat(tokenizer.decode(tokenizer.encode(text, false)))
                    .as("seed " + seed)
                    .isEqualTo(text);
        }
    }

    private static HandmadeVocabulary letters(String letters) {
        HandmadeVocabulary vocabulary = HandmadeVocabulary.sentencePiece();
        letters.chars().forEach(letter -> vocabulary.add(Character.toString(letter), -100));
        return vocabulary;
    }

    private static Map<String, Float> randomScores(RandomText random) {
        Map<String, Float> scores = new TreeMap<>(Map.of("a", -100f, "b", -100f, "c", -100f));
        for (int i = 0; i < 12; i++) {
            List<String> parts = new ArrayList<>(scores.keySet());
            String merged = parts.get(random.random().nextInt(parts.size()))
                    + parts.get(random.random().nextInt(parts.size()));
            scores.putIfAbsent(merged, (float) random.random().nextInt(-4, 4));
        }
        return scores;
    }

    private static List<String> mergeSlowly(Map<String, Float> scores, String text) {
        List<String> pieces = new ArrayList<>(List.of(text.split("")));
        while (true) {
            float best = Float.NEGATIVE_INFINITY;
            int at = -1;
            for (int i = 0; i + 1 < pieces.size(); i++) {
                Float score = scores.get(pieces.get(i) + pieces.get(i + 1));
                if (score != null && score > best) {
                    best = score;
                    at = i;
                }
            }
            if (at < 0) {
                return pieces;
            }
            pieces.set(at, pieces.get(at) + pieces.remove(at + 1));
        }
    }
}
