/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.tokenizer;

import java.util.Set;

/**
 * What a file says about its tokenizer beside the vocabulary; {@link Vocabulary#NONE} stands for an id that it does not name.
 *
 * @param model {@code gpt2} or {@code llama}
 * @param pre name of the pre-tokenizer; {@code gpt2} only
 * @param unknown stands for what the vocabulary cannot spell; {@code llama} only
 * @param ends ids that end generation, those known by their text included
 */
record TokenizerSettings(
        String model,
        String pre,
        int bos,
        int eos,
        int unknown,
        boolean addBos,
        boolean addSpacePrefix,
        Set<Integer> ends) {
    TokenizerSettings {
        ends = Set.copyOf(ends);
    }
}
