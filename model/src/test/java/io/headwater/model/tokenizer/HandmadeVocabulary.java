/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Builds small vocabularies by hand. */
final class HandmadeVocabulary {
    private final List<String> tokens = new ArrayList<>();
    private final List<TokenType> types = new ArrayList<>();
    private final List<Float> scores = new ArrayList<>();
    private final List<String> merges = new ArrayList<>();

    /** All 256 bytes as GPT-2 spells them; byte b is id b. */
    static HandmadeVocabulary byteLevel() {
        HandmadeVocabulary vocabulary = new HandmadeVocabulary();
        for (int value = 0; value < 256; value++) {
            vocabulary.add(String.valueOf(ByteAlphabet.character((byte) value)), TokenType.NORMAL, 0);
        }
        return vocabulary;
    }

    /** As Llama 2 begins: 0 unknown, 1 BOS, 2 EOS, then 256 bytes: byte b is id b + 3. */
    static HandmadeVocabulary sentencePiece() {
        HandmadeVocabulary vocabulary = new HandmadeVocabulary()
                .add("<unk>", TokenType.UNKNOWN, 0)
                .add("<s>", TokenType.CONTROL, 0)
                .add("</s>", TokenType.CONTROL, 0);
        for (int value = 0; value < 256; value++) {
            vocabulary.add("<0x%02X>".formatted(value), TokenType.BYTE, 0);
        }
        return vocabulary;
    }

    HandmadeVocabulary add(String token, TokenType type, float score) {
        tokens.add(token);
        types.add(type);
        scores.add(score);
        return this;
    }

    HandmadeVocabulary add(String token, float score) {
        return add(token, TokenType.NORMAL, score);
    }

    HandmadeVocabulary control(String token) {
        return add(token, TokenType.CONTROL, 0);
    }

    /** Adds merges in the order of their ranks, {@code "Ġ t"}, and the tokens that they make. */
    HandmadeVocabulary merges(String... lines) {
        for (String line : lines) {
            merges.add(line);
            String merged = line.replace(" ", "");
            if (!tokens.contains(merged)) {
                add(merged, 0);
            }
        }
        return this;
    }

    int id(String token) {
        return tokens.indexOf(token);
    }

    Vocabulary vocabulary() {
        return new Vocabulary(tokens, types, scores, merges);
    }

    Tokenizer bytePair(String pre) {
        return new VocabularyTokenizer(
                vocabulary(),
                new TokenizerSettings(
                        "gpt2", pre, Vocabulary.NONE, Vocabulary.NONE, Vocabulary.NONE, false, false, Set.of()));
    }

    Tokenizer sentencePiece(boolean addSpacePrefix) {
        return new VocabularyTokenizer(
                vocabulary(), new TokenizerSettings("llama", "default", 1, 2, 0, true, addSpacePrefix, Set.of(2)));
    }

    /** The tokens' spelling, for readable assertions. */
    static List<String> spelled(Tokenizer tokenizer, String text) {
        List<String> spelled = new ArrayList<>();
        for (int id : tokenizer.encode(text, true)) {
            spelled.add(tokenizer.text(id));
        }
        return spelled;
    }
}
