/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.merging;

import io.headwater.compression.Rotation;
import io.headwater.compression.scores.EntryReader;
import io.headwater.tensors.kernels.ExactExp;
import java.util.Arrays;

/**
 * EMS's expanded storage (ALGORITHMS 1.2.5) and its attention, as a pure function: the oracle of the engine's path. A centre is a
 * direction and a value; a member is a centre, a norm and a position. A member attends with its own norm, and with its own position
 * if positions are used, so merging takes no attention away and copies are represented exactly.
 */
public final class ExpandedHead {
    private final int dim;
    private final boolean usePosition;
    private final Rotation rotation;
    private final float[] directions;
    private final float[] values;
    private final int[] centreOf;
    private final float[] norms;
    private final int[] positions;
    private final float[] logits;
    private final float[] masses;
    private final float[] key;
    private int centres;
    private int members;

    /** {@code usePosition}: directions are those of keys before their rotation. */
    public ExpandedHead(int headDim, int capacityCentres, int capacityMembers, boolean usePosition, Rotation rotation) {
        dim = headDim;
        this.usePosition = usePosition;
        this.rotation = rotation;
        directions = new float[Math.multiplyExact(capacityCentres, headDim)];
        values = new float[directions.length];
        masses = new float[capacityCentres];
        centreOf = new int[capacityMembers];
        norms = new float[capacityMembers];
        positions = new int[capacityMembers];
        logits = new float[capacityMembers];
        key = new float[headDim];
    }

    /** Adds a centre of a key's direction; returns its index. It is no member yet. */
    public int centre(float[] keyOfCentre, float[] value) {
        float norm = EntryReader.norm(keyOfCentre, 0, dim);
        for (int d = 0; d < dim; d++) {
            directions[centres * dim + d] = norm > 0 ? keyOfCentre[d] / norm : 0;
            values[centres * dim + d] = value[d];
        }
        return centres++;
    }

    /** Adds a member; members come in ascending position. */
    public void member(int centre, float norm, int position) {
        centreOf[members] = centre;
        norms[members] = norm;
        positions[members] = position;
        members++;
    }

    /** Attention of a query {@code [headDim]}, after its rotation and scaled by 1/√headDim, over all members. */
    public void attend(float[] query, int at, float[] out, int outAt) {
        logits(query, at);
        float max = Float.NEGATIVE_INFINITY;
        for (int x = 0; x < members; x++) {
            max = Math.max(max, logits[x]);
        }
        Arrays.fill(masses, 0, centres, 0f);
        float sum = 0;
        for (int x = 0; x < members; x++) {
            float e = ExactExp.exp(logits[x] - max);
            masses[centreOf[x]] += e;
            sum += e;
        }
        for (int d = 0; d < dim; d++) {
            float o = 0;
            for (int c = 0; c < centres; c++) {
                o = Math.fma(masses[c], values[c * dim + d], o);
            }
            out[outAt + d] = o / sum;
        }
    }

    /** One product per centre without positions; one per member with them. */
    private void logits(float[] query, int at) {
        if (!usePosition) {
            for (int c = 0; c < centres; c++) {
                masses[c] = product(query, at, directions, c * dim);
            }
        }
        for (int x = 0; x < members; x++) {
            float z = usePosition ? rotated(query, at, x) : masses[centreOf[x]];
            logits[x] = norms[x] * z;
        }
    }

    private float rotated(float[] query, int at, int member) {
        System.arraycopy(directions, centreOf[member] * dim, key, 0, dim);
        rotation.rotate(key, 0, positions[member]);
        return product(query, at, key, 0);
    }

    private float product(float[] query, int at, float[] vector, int vectorAt) {
        float z = 0;
        for (int d = 0; d < dim; d++) {
            z = Math.fma(query[at + d], vector[vectorAt + d], z);
        }
        return z;
    }
}
