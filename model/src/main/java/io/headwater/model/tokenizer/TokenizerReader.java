/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.tokenizer;

import io.headwater.model.gguf.GgufException;
import io.headwater.model.gguf.GgufMetadata;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Reads {@code tokenizer.ggml.*}; what the file leaves out has llama.cpp's default. */
final class TokenizerReader {
    private static final String PREFIX = "tokenizer.ggml.";

    /** Control tokens that end a turn or a text, for files that name only one end token. */
    private static final Set<String> END_TEXTS = Set.of(
            "<|eot_id|>",
            "<|im_end|>",
            "<|end|>",
            "<end_of_turn>",
            "<|endoftext|>",
            "<|end_of_text|>",
            "<|eom_id|>",
            "<EOT>",
            "_<EOT>",
            "[EOT]",
            "[EOS]");

    private final GgufMetadata metadata;

    TokenizerReader(GgufMetadata metadata) {
        this.metadata = metadata;
    }

    Tokenizer read() throws GgufException {
        String model = metadata.string(PREFIX + "model").orElseThrow(() -> missing("model"));
        List<String> tokens = metadata.strings(PREFIX + "tokens").orElseThrow(() -> missing("tokens"));
        List<String> merges = model.equals("gpt2")
                ? metadata.strings(PREFIX + "merges").orElseThrow(() -> missing("merges"))
                : List.of();
        try {
            Vocabulary vocabulary = new Vocabulary(tokens, types(tokens.size()), scores(tokens.size()), merges);
            return new VocabularyTokenizer(vocabulary, settings(model, vocabulary));
        } catch (IllegalArgumentException problem) { // what the parts say, with the file's name
            throw new GgufException(metadata.path(), String.valueOf(problem.getMessage()));
        }
    }

    private List<TokenType> types(int count) throws GgufException {
        Optional<int[]> numbers = metadata.integers(PREFIX + "token_type");
        if (numbers.isEmpty()) {
            return Collections.nCopies(count, TokenType.NORMAL);
        }
        List<TokenType> types = new ArrayList<>();
        for (int number : numbers.get()) {
            types.add(TokenType.of(number));
        }
        return types;
    }

    private List<Float> scores(int count) throws GgufException {
        Optional<float[]> values = metadata.floats(PREFIX + "scores");
        if (values.isEmpty()) {
            return Collections.nCopies(count, 0f);
        }
        List<Float> scores = new ArrayList<>();
        for (float value : values.get()) {
            scores.add(value);
        }
        return scores;
    }

    private TokenizerSettings settings(String model, Vocabulary vocabulary) throws GgufException {
        boolean sentencePiece = model.equals("llama");
        String pre = metadata.string(PREFIX + "pre").orElse("default");
        int bos = id("bos_token_id", vocabulary, sentencePiece ? 1 : Vocabulary.NONE);
        int eos = id("eos_token_id", vocabulary, sentencePiece ? 2 : Vocabulary.NONE);
        int unknown = id("unknown_token_id", vocabulary, sentencePiece ? 0 : Vocabulary.NONE);
        boolean addBos = metadata.bool(PREFIX + "add_bos_token")
                .orElse(bos != Vocabulary.NONE && (sentencePiece || PreTokenizer.isLlama3(pre)));
        if (addBos && bos == Vocabulary.NONE) {
            throw new GgufException(
                    metadata.path(),
                    PREFIX + "add_bos_token is true and bos_token_id is missing: the file is damaged, fetch it again");
        }
        boolean addSpacePrefix =
                sentencePiece && metadata.bool(PREFIX + "add_space_prefix").orElse(true);
        return new TokenizerSettings(model, pre, bos, eos, unknown, addBos, addSpacePrefix, ends(vocabulary, eos));
    }

    private Set<Integer> ends(Vocabulary vocabulary, int eos) throws GgufException {
        Set<Integer> ends =
                new HashSet<>(List.of(eos, id("eot_token_id", vocabulary, eos), id("eom_token_id", vocabulary, eos)));
        List<Integer> special = new ArrayList<>(vocabulary.ofType(TokenType.CONTROL));
        special.addAll(vocabulary.ofType(TokenType.USER_DEFINED));
        for (int id : special) {
            if (END_TEXTS.contains(vocabulary.tokens().get(id))) {
                ends.add(id);
            }
        }
        ends.remove(Vocabulary.NONE);
        return ends;
    }

    /** An id that the file names, or the fallback; a fallback that the vocabulary does not have counts as none. */
    private int id(String key, Vocabulary vocabulary, int fallback) throws GgufException {
        OptionalLong named = metadata.integer(PREFIX + key);
        if (named.isEmpty()) {
            return fallback < vocabulary.size() ? fallback : Vocabulary.NONE;
        }
        long id = named.getAsLong();
        if (id < 0 || id >= vocabulary.size()) {
            throw new GgufException(
                    metadata.path(),
                    PREFIX + key + "=" + id + " is not in the vocabulary, expected 0 to " + (vocabulary.size() - 1)
                            + ": the file is damaged, fetch it again");
        }
        return (int) id;
    }

    private GgufException missing(String key) {
        return new GgufException(metadata.path(), PREFIX + key + " is missing: take a file that carries its tokenizer");
    }
}
