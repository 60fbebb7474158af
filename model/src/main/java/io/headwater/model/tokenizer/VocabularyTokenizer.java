/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.agrona.collections.IntArrayList;

/** The one tokenizer: special tokens around a {@link TextEncoder}. */
final class VocabularyTokenizer implements Tokenizer {
    private static final String MODELS = "gpt2 (byte-level BPE) and llama (SentencePiece BPE)";

    private final Vocabulary vocabulary;
    private final TokenizerSettings settings;
    private final TextEncoder encoder;
    private final SpecialTokens userDefined;
    private final SpecialTokens allSpecial;

    /** @throws IllegalArgumentException where the file's tokenizer is damaged or not supported; the message names the key */
    VocabularyTokenizer(Vocabulary vocabulary, TokenizerSettings settings) {
        this.vocabulary = vocabulary;
        this.settings = settings;
        encoder = encoder(vocabulary, settings);
        List<Integer> special = new ArrayList<>(vocabulary.ofType(TokenType.USER_DEFINED));
        userDefined = new SpecialTokens(vocabulary, special);
        special.addAll(vocabulary.ofType(TokenType.UNKNOWN));
        special.addAll(vocabulary.ofType(TokenType.CONTROL));
        allSpecial = new SpecialTokens(vocabulary, special);
    }

    private static TextEncoder encoder(Vocabulary vocabulary, TokenizerSettings settings) {
        return switch (settings.model()) {
            case "gpt2" -> {
                PreTokenizer words = PreTokenizer.of(settings.pre());
                yield new BytePairEncoder(vocabulary, words, PreTokenizer.isLlama3(settings.pre()));
            }
            case "llama" -> new SentencePieceEncoder(vocabulary, settings.unknown(), settings.addSpacePrefix());
            default ->
                throw new IllegalArgumentException("tokenizer.ggml.model=" + settings.model()
                        + " is not supported: take a model with one of " + MODELS);
        };
    }

    @Override
    public int vocabSize() {
        return vocabulary.size();
    }

    @Override
    public int[] encode(String text, boolean parseSpecial) {
        String wellFormed = WellFormed.of(text);
        IntArrayList ids = new IntArrayList();
        (parseSpecial ? allSpecial : userDefined).partition(wellFormed, new SpecialTokens.Parts() {
            @Override
            public void plain(int from, int to) {
                encoder.encode(wellFormed.substring(from, to), ids);
            }

            @Override
            public void special(int id) {
                ids.addInt(id);
            }
        });
        return ids.toIntArray();
    }

    @Override
    public byte[] bytes(int id) {
        String token = vocabulary.tokens().get(checked(id));
        TokenType type = vocabulary.types().get(id);
        return switch (type) {
            case CONTROL, USER_DEFINED, UNKNOWN -> token.getBytes(StandardCharsets.UTF_8);
            case NORMAL, BYTE, UNUSED, UNDEFINED -> encoder.bytes(token, type);
        };
    }

    @Override
    public String decode(int[] ids) {
        ByteArrayOutputStream all = new ByteArrayOutputStream(ids.length * 4);
        for (int i = 0; i < ids.length; i++) {
            byte[] token = bytes(ids[i]);
            int from = i == 0 && hasLeadingSpace(ids[0], token) ? 1 : 0;
            all.write(token, from, token.length - from);
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    /** Whether the token begins with the space that the encoder puts before a text; it puts none before special tokens. */
    private boolean hasLeadingSpace(int id, byte[] token) {
        boolean plain = vocabulary.types().get(id) == TokenType.NORMAL;
        return settings.addSpacePrefix() && plain && token.length > 0 && token[0] == ' ';
    }

    @Override
    public boolean isEndOfGeneration(int id) {
        return settings.ends().contains(checked(id));
    }

    @Override
    public boolean isControl(int id) {
        return vocabulary.types().get(checked(id)) == TokenType.CONTROL;
    }

    @Override
    public OptionalInt bos() {
        return settings.bos() == Vocabulary.NONE ? OptionalInt.empty() : OptionalInt.of(settings.bos());
    }

    @Override
    public OptionalInt eos() {
        return settings.eos() == Vocabulary.NONE ? OptionalInt.empty() : OptionalInt.of(settings.eos());
    }

    @Override
    public boolean addBos() {
        return settings.addBos();
    }

    @Override
    public boolean addsSpacePrefix() {
        return settings.addSpacePrefix();
    }

    @Override
    public String text(int id) {
        return vocabulary.tokens().get(checked(id));
    }

    private int checked(int id) {
        if (id < 0 || id >= vocabulary.size()) {
            throw new IllegalArgumentException(
                    "token " + id + " is not in the vocabulary: give ids from 0 to " + (vocabulary.size() - 1));
        }
        return id;
    }
}
