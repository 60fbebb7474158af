/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.calibrate;

import io.headwater.deploy.cli.UserError;
import io.headwater.model.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Parts of a text, equally long, evenly spread and none of a token that another has. */
final class Samples {
    /** Fewer rows than a head has dimensions say little of its spectrum. */
    static final int LEAST_TOKENS = 128;

    private Samples() {}

    /** As many as there are of {@code most}; each begins with the model's BOS where it wants one. */
    static List<int[]> of(Tokenizer tokenizer, String text, int most, int tokens) {
        int bos = tokenizer.addBos() ? tokenizer.bos().orElse(-1) : -1;
        int own = bos < 0 ? tokens : tokens - 1;
        int[] ids = tokenizer.encode(text, false);
        int count = Math.min(most, ids.length / own);
        if (count == 0) {
            throw new UserError("the text has " + ids.length + " tokens, a sample takes " + own
                    + ": give a longer text, or fewer --tokens");
        }
        List<int[]> samples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int from = count == 1 ? 0 : (int) ((long) i * (ids.length - own) / (count - 1));
            int[] sample = new int[tokens];
            Arrays.fill(sample, 0, tokens - own, bos);
            System.arraycopy(ids, from, sample, tokens - own, own);
            checkVaried(ids, from, from + own);
            samples.add(sample);
        }
        return samples;
    }

    /** What a layer gets of one token over and over is the same row over and over, which has no spectrum. */
    private static void checkVaried(int[] ids, int from, int to) {
        if (Arrays.stream(ids, from, to).allMatch(id -> id == ids[from])) {
            throw new UserError(
                    "tokens " + from + " to " + (to - 1) + " of the text, which are one sample, are one token"
                            + " repeated: give a text of what the model is used for");
        }
    }
}
