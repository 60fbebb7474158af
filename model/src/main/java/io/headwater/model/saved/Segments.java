/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.saved;

import io.headwater.model.shard.UnitRange;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Which segments of a snapshot make up a shard's heads: shards wrote them, perhaps those of several plans. */
final class Segments {
    private Segments() {}

    /** A file with KV heads of one snapshot. */
    record Segment(Path path, UnitRange heads) {}

    /** Some of them, in which each of these heads is once, and no head twice; empty if there are none such. */
    static List<Segment> covering(UnitRange heads, List<Segment> all) {
        for (Segment first : all) {
            if (first.heads().from() <= heads.from() && first.heads().to() > heads.from()) {
                List<Segment> chosen = new ArrayList<>(List.of(first));
                if (goesOn(first.heads().to(), heads.to(), all, chosen)) {
                    return chosen;
                }
            }
        }
        return List.of();
    }

    /** Adds what the heads from here on are in: one that begins earlier would have a head that is chosen already. */
    private static boolean goesOn(int from, int to, List<Segment> all, List<Segment> chosen) {
        if (from >= to) {
            return true;
        }
        for (Segment next : all) {
            if (next.heads().from() == from) {
                chosen.add(next);
                if (goesOn(next.heads().to(), to, all, chosen)) {
                    return true;
                }
                chosen.removeLast();
            }
        }
        return false;
    }
}
