/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.tokenizer;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Texts that are hard on tokenizers: white space of all kinds, quotes, digits, many scripts, emoji, special tokens. */
final class RandomText {
    private static final String[] PIECES = {
        " ",
        " ",
        "  ",
        "\t",
        "\n",
        "\r\n",
        "\n\n",
        "\r",
        "\u00a0",
        "\u3000",
        "\u2028",
        "\u0085",
        "\u200b",
        "'",
        "'s",
        "'S",
        "'ll",
        "'lL",
        "'ve",
        "'r",
        "'re",
        "'d",
        "'M",
        "a",
        "the",
        "Hello",
        "WORLD",
        "1",
        "22",
        "333",
        "4567",
        "\u0664",
        "\u00b2",
        "\u2167",
        "\u0967\u0968",
        ".",
        ",",
        "!?",
        "...",
        "$",
        "+",
        "|",
        "~",
        "_",
        "<",
        "<|im_start|>",
        "<s>",
        "</s>",
        "\u00e9",
        "e\u0301",
        "\u0939\u093f\u0928",
        "\u4f60\u597d",
        "\u0645\u0631",
        "\ud83d\ude00",
        "\ud83d\udc69\u200d\ud83d\udcbb",
        "\ud835\udd38",
        "\ud840\udc00",
        "\ud835\udfce",
        "\u0000",
        "\u0007",
        "\ufffd",
        "\uffff",
        "\ue000"
    };

    private final RandomGenerator random;

    RandomText(long seed) {
        random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    RandomGenerator random() {
        return random;
    }

    String next(int pieces) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < pieces; i++) {
            text.append(
                    random.nextInt(8) == 0
                            ? Character.toString(anyCharacter())
                            : PIECES[random.nextInt(PIECES.length)]);
        }
        return text.toString();
    }

    private int anyCharacter() {
        int character = random.nextInt(random.nextBoolean() ? 0x3000 : 0x110000);
        return character >= Character.MIN_SURROGATE && character <= Character.MAX_SURROGATE ? 'x' : character;
    }
}
