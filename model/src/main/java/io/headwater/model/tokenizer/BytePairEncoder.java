/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.agrona.collections.IntArrayList;
import org.agrona.collections.Object2IntHashMap;

/**
 * Byte-level BPE: each word's bytes, spelled by {@link ByteAlphabet}, merge by rank. A byte that the vocabulary lacks is left
 * out (some vocabularies lack bytes of rare scripts; llama.cpp and Hugging Face do the same).
 */
final class BytePairEncoder implements TextEncoder {
    /** One encoding remembers at most so many different words, none longer than {@link #CACHED_LENGTH}. */
    private static final int CACHED_WORDS = 1 << 16;

    private static final int CACHED_LENGTH = 64;

    private final PreTokenizer words;
    private final MergeTable merges;
    private final int[] byteIds = new int[256];
    private final Object2IntHashMap<String> wholeWords;
    private final boolean ignoreMerges;

    /** @param ignoreMerges whether a word that is a token itself is taken as it is, even if no merges lead to it (Llama 3) */
    BytePairEncoder(Vocabulary vocabulary, PreTokenizer words, boolean ignoreMerges) {
        this.words = words;
        this.ignoreMerges = ignoreMerges;
        wholeWords = vocabulary.ids(type -> type == TokenType.NORMAL || type == TokenType.UNDEFINED);
        merges = new MergeTable(vocabulary.merges(), wholeWords);
        for (int value = 0; value < byteIds.length; value++) {
            byteIds[value] = wholeWords.getValue(String.valueOf(ByteAlphabet.character((byte) value)));
        }
    }

    @Override
    public void encode(String text, IntArrayList ids) {
        Map<String, int[]> known = new HashMap<>();
        words.split(text, (from, to) -> {
            String word = text.substring(from, to);
            int[] wordIds = known.get(word);
            if (wordIds == null) {
                wordIds = encodeWord(word);
                if (word.length() <= CACHED_LENGTH && known.size() < CACHED_WORDS) {
                    known.put(word, wordIds);
                }
            }
            for (int id : wordIds) {
                ids.addInt(id);
            }
        });
    }

    private int[] encodeWord(String word) {
        byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
        if (ignoreMerges) {
            int whole = wholeWords.getValue(ByteAlphabet.spell(bytes));
            if (whole >= 0) {
                return new int[] {whole};
            }
        }
        int[] symbols = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            symbols[i] = byteIds[bytes[i] & 0xFF];
        }
        return new WordMerger(merges, symbols).merge();
    }

    @Override
    public byte[] bytes(String token, TokenType type) {
        return ByteAlphabet.bytes(token);
    }
}
