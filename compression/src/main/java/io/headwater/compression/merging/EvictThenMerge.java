/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.merging;

import io.headwater.compression.CompressibleHead;
import io.headwater.compression.KvPolicy;
import io.headwater.compression.Rotation;
import io.headwater.compression.scores.GlobalLocalScore;
import io.headwater.tensors.kernels.Kernels;
import java.util.Arrays;
import java.util.List;

/**
 * EMS (ALGORITHMS 1.2; a reconstruction): score, split, assign, merge, compact. All heads go as one padded batch: the lists of what is
 * to be merged are padded to the longest with dummies that fall into class zero, so every phase has one shape. A head alone is a batch
 * of one, and has the same bits.
 */
public final class EvictThenMerge {
    private final GlobalLocalScore score;
    private final Splits splits;
    private final ClassAssignment assignment;
    private final ClassSums sums;
    private final MergedEntries merged;
    private final EntryVectors entry;
    private final float[] scores;
    private final int[] kept;
    private int[] classes;

    public EvictThenMerge(
            KvPolicy policy, GlobalLocalScore score, int headDim, int capacity, Kernels kernels, Rotation rotation) {
        this.score = score;
        MergeOptions options = MergeOptions.of(policy);
        splits = new Splits(options, capacity);
        assignment = new ClassAssignment(options, headDim, capacity, kernels, rotation);
        sums = new ClassSums(headDim);
        merged = new MergedEntries(options, headDim, rotation);
        entry = new EntryVectors(headDim, rotation, options.usePosition());
        scores = new float[capacity];
        kept = new int[capacity];
        classes = new int[capacity];
    }

    /** Brings every head down to {@code budget} entries; all hold more. */
    public void compress(List<? extends CompressibleHead> heads, int budget) {
        int padded = split(heads, budget);
        int centres = 0;
        for (int h = 0; h < heads.size(); h++) {
            centres = Math.max(centres, splits.centres(h));
        }
        if (padded > 0) {
            merge(heads, padded, centres);
        }
        for (int h = 0; h < heads.size(); h++) {
            compact(heads.get(h), h);
        }
    }

    /** Splits all heads; returns the longest list of entries to be merged. */
    private int split(List<? extends CompressibleHead> heads, int budget) {
        splits.ensure(heads.size());
        int padded = 0;
        for (int h = 0; h < heads.size(); h++) {
            CompressibleHead head = heads.get(h);
            int from = score.from(head.length());
            int to = score.to(head.length());
            score.score(head, scores);
            splits.split(h, scores, score.mass(), from, to, budget - from - (head.length() - to));
            padded = Math.max(padded, splits.merged(h));
        }
        return padded;
    }

    private void merge(List<? extends CompressibleHead> heads, int padded, int centres) {
        if (classes.length < heads.size() * padded) {
            classes = new int[heads.size() * padded];
        }
        sums.clear(heads.size(), centres + 1);
        for (int h = 0; h < heads.size(); h++) {
            assignment.assign(heads.get(h), splits, h, padded, classes, h * padded);
        }
        for (int h = 0; h < heads.size(); h++) {
            add(heads.get(h), h, padded);
        }
        for (int h = 0; h < heads.size(); h++) {
            for (int c = 0; c < splits.centres(h); c++) {
                if (sums.merged(h, c + 1)) {
                    merged.store(heads.get(h), splits.centre(h, c), sums, h, c + 1);
                }
            }
        }
    }

    /** Adds each centre to its class, then the members in the order of their scores. */
    private void add(CompressibleHead head, int h, int padded) {
        for (int c = 0; c < splits.centres(h); c++) {
            add(head, splits.centre(h, c), h, c + 1);
        }
        for (int i = 0; i < padded; i++) {
            if (i < splits.merged(h)) {
                add(head, splits.merged(h, i), h, classes[h * padded + i]);
            } else {
                entry.readNothing();
                sums.add(h, classes[h * padded + i], entry, 0, 0, 0);
            }
        }
    }

    private void add(CompressibleHead head, int index, int h, int cls) {
        entry.read(head, index);
        sums.add(h, cls, entry, splits.mass(h, index), head.columnSum(index), MergedEntries.count(head, index));
    }

    private void compact(CompressibleHead head, int h) {
        int n = head.length();
        int count = 0;
        for (int i = 0; i < score.from(n); i++) {
            kept[count++] = i;
        }
        for (int c = 0; c < splits.centres(h); c++) {
            kept[count++] = splits.centre(h, c);
        }
        for (int i = score.to(n); i < n; i++) {
            kept[count++] = i;
        }
        Arrays.sort(kept, 0, count);
        head.keep(kept, count);
    }
}
