/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreTokenizerTest {
    private static final String GPT2 =
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
    private static final String LLAMA =
            "'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,DIGITS}"
                    + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    @Test
    void gpt2AgreesWithItsRegexOnRandomTexts() {
        agreesWithRegexes("gpt-2", GPT2);
    }

    @Test
    void smollmAgreesWithItsTwoRegexesOnRandomTexts() {
        agreesWithRegexes("smollm", "\\p{N}", GPT2);
    }

    @Test
    void llamaBpeAgreesWithItsRegexOnRandomTexts() {
        agreesWithRegexes("llama-bpe", LLAMA.replace("DIGITS", "3"));
    }

    @Test
    void qwen2AgreesWithItsRegexOnRandomTexts() {
        agreesWithRegexes("qwen2", LLAMA.replace("DIGITS", "1"));
    }

    @Test
    void defaultAgreesWithItsFourRegexesOnRandomTexts() {
        agreesWithRegexes("default", "[\\p{P}$+<=>^~|]+", GPT2, "\\p{N}+", "[0-9][0-9][0-9]");
    }

    @Test
    void llamaBpeCutsDigitsInThreesAndKeepsContractionsOfAnyCase() {
        assertThat(split("llama-bpe", "I'LL pay 1234567!\n\nOK"))
                .containsExactly("I", "'LL", " pay", " ", "123", "456", "7", "!\n\n", "OK");
    }

    @Test
    void qwen2CutsSingleDigits() {
        assertThat(split("qwen2", "x=42 (it's)")).containsExactly("x", "=", "4", "2", " (", "it", "'s", ")");
    }

    @Test
    void smollmCutsSingleDigitsAndLeavesTheSpaceBeforeThemAlone() {
        assertThat(split("smollm", "in 2024, don't")).containsExactly("in", " ", "2", "0", "2", "4", ",", " don", "'t");
    }

    @Test
    void defaultCutsPunctuationBeforeAnythingElse() {
        assertThat(split("default", "don't  stop. 12345"))
                .containsExactly("don", "'", "t", " ", " stop", ".", " ", "123", "45");
    }

    @Test
    void anUnknownNameIsAnErrorThatSaysWhatIsSupported() {
        assertThatThrownBy(() -> PreTokenizer.of("tekken"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "tokenizer.ggml.pre=tekken is not supported: take a model with one of smollm, default, gpt-2,"
                                + " llama-bpe (llama3, llama-v3), qwen2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"smollm", "gpt-2", "default", "llama-bpe", "qwen2"})
    @Timeout(20)
    void aMegabyteOfOneKindOfCharacterIsSplitWithoutStackOrQuadraticTime(String pre) {
        for (String unit :
                List.of("a", " ", "\n", " \n", "  \n x", "'", "9", "!", "\ud83d\ude00", "\u00a0", "a1", "' ")) {
            String text = unit.repeat(1_000_000 / unit.length());

            assertThat(String.join("", split(pre, text))).as(unit).isEqualTo(text);
        }
    }

    private static void agreesWithRegexes(String pre, String... regexes) {
        for (int seed = 0; seed < 3000; seed++) {
            String text = new RandomText(seed).next(1 + seed / 100);

            List<String> expected = List.of(text);
            for (String regex : regexes) {
                expected = isolate(regex, expected);
            }
            assertThat(split(pre, text)).as("seed " + seed + ", text " + text).isEqualTo(expected);
        }
    }

    private static List<String> isolate(String regex, List<String> texts) {
        Pattern pattern = Pattern.compile(regex, Pattern.UNICODE_CHARACTER_CLASS);
        List<String> pieces = new ArrayList<>();
        for (String text : texts) {
            Matcher matcher = pattern.matcher(text);
            int from = 0;
            while (matcher.find()) {
                if (from < matcher.start()) {
                    pieces.add(text.substring(from, matcher.start()));
                }
                pieces.add(matcher.group());
                from = matcher.end();
            }
            if (from < text.length()) {
                pieces.add(text.substring(from));
            }
        }
        return pieces;
    }

    private static List<String> split(String pre, String text) {
        List<String> words = new ArrayList<>();
        PreTokenizer.of(pre).split(text, (from, to) -> words.add(text.substring(from, to)));
        return words;
    }
}
