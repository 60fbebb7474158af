/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.tokenizer;

import java.util.List;

/**
 * Splits a text into the words that merges never cross. Several stages cut one after the other: each cuts every piece that the
 * one before has left, and sees nothing beyond it.
 */
final class PreTokenizer {
    private static final String SUPPORTED = "smollm, default, gpt-2, llama-bpe (llama3, llama-v3), qwen2";

    /** Takes words in the order of the text. */
    @FunctionalInterface
    interface Words {
        void word(int from, int to);
    }

    private final List<Splitter> stages;

    private PreTokenizer(Splitter... stages) {
        this.stages = List.of(stages);
    }

    /** By the name in {@code tokenizer.ggml.pre}. */
    static PreTokenizer of(String name) {
        Splitter numbers = new RunSplitter(CharacterClass::isNumber, 1, Integer.MAX_VALUE);
        return switch (name) {
            case "gpt-2" -> new PreTokenizer(WordSplitter::gpt2);
            case "smollm" -> new PreTokenizer(new RunSplitter(CharacterClass::isNumber, 1, 1), WordSplitter::gpt2);
            case "llama-bpe", "llama3", "llama-v3" ->
                new PreTokenizer((text, from, to) -> WordSplitter.llama(text, from, to, 3));
            case "qwen2" -> new PreTokenizer((text, from, to) -> WordSplitter.llama(text, from, to, 1));
            // llama.cpp's reading of `default` is not GPT-2's: runs of punctuation and numbers stand alone.
            case "default" ->
                new PreTokenizer(
                        new RunSplitter(CharacterClass::isPunctuation, 1, Integer.MAX_VALUE),
                        WordSplitter::gpt2,
                        numbers,
                        new RunSplitter(c -> c >= '0' && c <= '9', 3, 3));
            default ->
                throw new IllegalArgumentException(
                        "tokenizer.ggml.pre=" + name + " is not supported: take a model with one of " + SUPPORTED);
        };
    }

    /** Llama 3 takes a word that is a token itself as it is, and begins every prompt with BOS. */
    static boolean isLlama3(String name) {
        return name.equals("llama-bpe") || name.equals("llama3") || name.equals("llama-v3");
    }

    void split(String text, Words words) {
        split(text, 0, text.length(), 0, words);
    }

    private void split(String text, int from, int to, int stage, Words words) {
        if (stage == stages.size()) {
            words.word(from, to);
            return;
        }
        int start = from;
        while (start < to) {
            int end = stages.get(stage).end(text, start, to);
            split(text, start, end, stage + 1, words);
            start = end;
        }
    }
}
