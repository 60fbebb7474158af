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
    private final SplitVectors vectors;
    private final boolean expanded;
    private final MemberLists members;
    private final float[] scores;
    private final int[] kept;
    private int[] classes;

    public EvictThenMerge(
            KvPolicy policy, GlobalLocalScore score, int headDim, int capacity, Kernels kernels, Rotation rotation) {
        this.score = score;
        MergeOptions options = MergeOptions.of(policy);
        splits = new Splits(options, capacity);
        assignment = new ClassAssignment(options, headDim, capacity, kernels);
        sums = new ClassSums(headDim, options.mergeKeys());
        merged = new MergedEntries(options, headDim, rotation);
        vectors = new SplitVectors(headDim, capacity, rotation, options.usePosition());
        expanded = options.expanded();
        members = new MemberLists(expanded ? capacity : 0);
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
            int important = budget - from - (head.length() - to);
            splits.split(h, scores, score.mass(), from, to, important, MemberLists.count(head));
            padded = Math.max(padded, splits.merged(h));
        }
        return padded;
    }

    private void merge(List<? extends CompressibleHead> heads, int padded, int centres) {
        if (classes.length < heads.size() * padded) {
            classes = new int[heads.size() * padded];
        }
        sums.clear(heads.size(), centres + 1);
        vectors.forget();
        for (int h = 0; h < heads.size(); h++) {
            vectors.read(heads.get(h), splits, h);
            assignment.assign(vectors, splits.centres(h), splits.merged(h), padded, classes, h * padded);
        }
        for (int h = 0; h < heads.size(); h++) {
            vectors.read(heads.get(h), splits, h);
            add(heads.get(h), h, h * padded);
        }
        for (int h = 0; h < heads.size(); h++) {
            vectors.read(heads.get(h), splits, h);
            store(heads.get(h), h);
            if (expanded) {
                expand(heads.get(h), h, h * padded);
            }
        }
    }

    private void store(CompressibleHead head, int h) {
        for (int c = 0; c < splits.centres(h); c++) {
            if (sums.merged(h, c + 1)) {
                merged.store(head, splits.centre(h, c), vectors.keyNorm(c), sums, h, c + 1);
            }
        }
    }

    /** The merged entries go on attending, as members of their centres. */
    private void expand(CompressibleHead head, int h, int at) {
        members.begin(head);
        for (int i = 0; i < splits.merged(h); i++) {
            int cls = classes[at + i];
            if (cls > 0 && sums.merged(h, cls)) {
                int centre = splits.centre(h, cls - 1);
                float ratio = vectors.keyNorm(vectors.merged(i)) * merged.inverseNorm(head, centre, vectors, cls - 1);
                members.move(splits.merged(h, i), centre, ratio);
            }
        }
        members.store(head);
    }

    /** Adds each centre to its class, then the members in the order of their scores. */
    private void add(CompressibleHead head, int h, int at) {
        for (int i = 0; i < splits.merged(h); i++) {
            sums.expect(h, classes[at + i]);
        }
        sums.begin(h, 0);
        for (int c = 0; c < splits.centres(h); c++) {
            if (sums.any(h, c + 1)) {
                sums.begin(h, c + 1);
                add(head, c, h, c + 1);
            }
        }
        for (int i = 0; i < splits.merged(h); i++) {
            add(head, vectors.merged(i), h, classes[at + i]);
        }
    }

    private void add(CompressibleHead head, int row, int h, int cls) {
        int entry = splits.entry(h, row);
        float mass = splits.mass(h, entry);
        sums.add(h, cls, vectors, row, mass, head.columnSum(entry), MergedEntries.count(head, entry));
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
