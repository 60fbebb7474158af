/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.agrona.collections.Object2IntHashMap;

/**
 * The tokens of a file: text, type, score of each id, and the merges of a byte-level vocabulary.
 *
 * @param tokens text by id, as the file spells it
 * @param types type by id
 * @param scores score by id; a missing score is 0
 * @param merges {@code "left right"}, best first; empty for SentencePiece
 */
record Vocabulary(List<String> tokens, List<TokenType> types, List<Float> scores, List<String> merges) {
    static final int NONE = -1;

    Vocabulary {
        if (tokens.isEmpty()) {
            throw new IllegalArgumentException(
                    "tokenizer.ggml.tokens is empty: the file has no vocabulary, fetch another one");
        }
        requireOneEach("token_type", types.size(), tokens.size());
        requireOneEach("scores", scores.size(), tokens.size());
        tokens = List.copyOf(tokens);
        types = List.copyOf(types);
        scores = List.copyOf(scores);
        merges = List.copyOf(merges);
    }

    /** The ids whose type is accepted; where a text occurs twice the higher id wins, as in llama.cpp. */
    Object2IntHashMap<String> ids(Predicate<TokenType> accepted) {
        Object2IntHashMap<String> ids = new Object2IntHashMap<>(tokens.size() * 2, 0.6f, NONE);
        for (int id = 0; id < tokens.size(); id++) {
            if (accepted.test(types.get(id)) && !tokens.get(id).isEmpty()) {
                ids.put(tokens.get(id), id);
            }
        }
        return ids;
    }

    /** The ids of one type, rising. */
    List<Integer> ofType(TokenType type) {
        List<Integer> ids = new ArrayList<>();
        for (int id = 0; id < types.size(); id++) {
            if (types.get(id) == type) {
                ids.add(id);
            }
        }
        return ids;
    }

    int size() {
        return tokens.size();
    }

    private static void requireOneEach(String key, int count, int tokens) {
        if (count != tokens) {
            throw new IllegalArgumentException("tokenizer.ggml." + key + " has " + count + " entries for " + tokens
                    + " tokens: the file is damaged, fetch it again");
        }
    }
}
