/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.score;

import io.headwater.deploy.decode.LoadedModel;
import io.headwater.deploy.quality.ForkedText;
import io.headwater.deploy.quality.Variant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * How much a window's second half suffers when the cache of its first half is compressed. Scored are the tokens that {@link Windows#apart} scores;
 * what the second half adds stays as it is, so one compression is measured and nothing else.
 */
final class CompressedHalves {
    private final LoadedModel model;
    private final ForkedText forks;
    private final List<Variant> variants;
    private final int window;

    CompressedHalves(LoadedModel model, ForkedText forks, List<Variant> variants, int window) {
        this.model = model;
        this.forks = forks;
        this.variants = variants;
        this.window = window;
    }

    /** Tells how many windows are done. */
    HalvesResult score(int[] tokens, IntConsumer progress) {
        int windows = tokens.length / window;
        List<List<Likelihood>> scored = new ArrayList<>();
        variants.forEach(_ -> scored.add(new ArrayList<>()));
        for (int k = 0; k < windows; k++) {
            progress.accept(k);
            scored.forEach(ofVariant -> ofVariant.add(new Likelihood()));
            int[] part = Windows.part(model, tokens, window, k);
            forks.read(
                    part,
                    window / 2,
                    window / 2 + 1,
                    (variant, position, row) -> scored.get(variant).getLast().add(row.of(part[position])));
        }
        return HalvesResult.of(window, windows, variants, scored);
    }
}
