/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.testing;

import java.util.ArrayList;
import java.util.List;

/**
 * A byte-level BPE vocabulary of any size from 259: three special tokens, the 256 bytes in GPT-2's printable form, then merges of two
 * and of three letters, then unused entries.
 */
public final class TinyVocabulary {
    /** The smallest size. */
    public static final int MINIMUM = 259;

    private static final String LETTERS = "Ġetaoinshrdlcumwfgypbvkjxqz"; // Ġ is a blank
    private static final int NORMAL = 1;
    private static final int CONTROL = 3;
    private static final int UNUSED = 5;
    private static final String TEMPLATE = "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' +"
            + " message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}"
            + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";
    private final List<String> tokens = new ArrayList<>();
    private final List<Integer> types = new ArrayList<>();
    private final List<String> merges = new ArrayList<>();

    /** A vocabulary of {@code size} entries. */
    public TinyVocabulary(int size) {
        if (size < MINIMUM) {
            throw new IllegalArgumentException("size=" + size + " is below " + MINIMUM);
        }
        for (String special : List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>")) {
            add(special, CONTROL);
        }
        for (int b = 0; b < 256; b++) {
            add(byteText(b), NORMAL);
        }
        addMerges(size, LETTERS.chars().mapToObj(Character::toString).toList());
        while (tokens.size() < size) {
            add("<unused" + tokens.size() + ">", UNUSED);
        }
    }

    private void addMerges(int size, List<String> letters) {
        List<String> starts = letters;
        for (int length = 2; length <= 3; length++) {
            List<String> merged = new ArrayList<>();
            for (String start : starts) {
                for (String letter : letters) {
                    if (tokens.size() == size) {
                        return;
                    }
                    merges.add(start + " " + letter);
                    add(start + letter, NORMAL);
                    merged.add(start + letter);
                }
            }
            starts = merged;
        }
    }

    private void add(String token, int type) {
        tokens.add(token);
        types.add(type);
    }

    /** GPT-2's table: printable Latin-1 stands for itself, the other bytes follow from U+0100 in order. */
    private static String byteText(int b) {
        if (printable(b)) {
            return Character.toString(b);
        }
        int before = 0;
        for (int other = 0; other < b; other++) {
            before += printable(other) ? 0 : 1;
        }
        return Character.toString(256 + before);
    }

    private static boolean printable(int b) {
        return (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
    }

    /** Adds the {@code tokenizer.*} keys: BOS 1, end tokens 2 and 0, no BOS added, a ChatML template. */
    public GgufWriter writeTo(GgufWriter writer, String pre) {
        return writer.string("tokenizer.ggml.model", "gpt2")
                .string("tokenizer.ggml.pre", pre)
                .strings("tokenizer.ggml.tokens", tokens)
                .int32s(
                        "tokenizer.ggml.token_type",
                        types.stream().mapToInt(type -> type).toArray())
                .strings("tokenizer.ggml.merges", merges)
                .uint32("tokenizer.ggml.bos_token_id", 1)
                .uint32("tokenizer.ggml.eos_token_id", 2)
                .uint32("tokenizer.ggml.unknown_token_id", 0)
                .uint32("tokenizer.ggml.padding_token_id", 2)
                .bool("tokenizer.ggml.add_bos_token", false)
                .bool("tokenizer.ggml.add_space_prefix", false)
                .string("tokenizer.chat_template", TEMPLATE);
    }
}
