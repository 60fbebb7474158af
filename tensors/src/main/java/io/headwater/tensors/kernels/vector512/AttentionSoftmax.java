/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels.vector512;

import static io.headwater.tensors.kernels.vector512.Lanes.FLOATS;
import static jdk.incubator.vector.VectorOperators.MAX;

import io.headwater.tensors.kernels.AttentionScratch;
import io.headwater.tensors.kernels.LaneSums;
import io.headwater.tensors.kernels.QueryRows;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * m, e = exp(z − m) and s of one row and chunk. Scores are filled up to a multiple of 16 with −∞, whose e is +0: adding that to a
 * sum, which is never −0, changes no bit.
 */
final class AttentionSoftmax {
    private AttentionSoftmax() {}

    static void row(AttentionScratch scratch, int at, int n, QueryRows rows, int index) {
        float[] z = scratch.scores();
        int padded = (n + LaneSums.LANES - 1) / LaneSums.LANES * LaneSums.LANES;
        Arrays.fill(z, at + n, at + padded, Float.NEGATIVE_INFINITY);
        float max = maxLoop(z, at, padded);
        rows.chunkMax()[index] = max;
        exponentialsLoop(z, at, padded, max);
        rows.chunkSum()[index] = sum(z, at, padded, scratch.lanes());
    }

    private static float maxLoop(float[] z, int at, int n) {
        FloatVector max = FloatVector.broadcast(Lanes.F, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < n; i += FLOATS) {
            max = max.max(FloatVector.fromArray(Lanes.F, z, at + i));
        }
        return max.reduceLanes(MAX);
    }

    private static void exponentialsLoop(float[] z, int at, int n, float max) {
        FloatVector m = FloatVector.broadcast(Lanes.F, max);
        for (int i = 0; i < n; i += FLOATS) {
            VectorExp.exp(FloatVector.fromArray(Lanes.F, z, at + i).sub(m)).intoArray(z, at + i);
        }
    }

    private static float sum(float[] z, int at, int n, float[] lanes) {
        for (int part = 0; part < LaneSums.LANES; part += FLOATS) {
            sumLoop(z, at + part, n - part, lanes, part);
        }
        return LaneSums.fold(lanes, 0);
    }

    private static void sumLoop(float[] z, int from, int n, float[] lanes, int part) {
        FloatVector sum = FloatVector.zero(Lanes.F);
        for (int i = 0; i < n; i += LaneSums.LANES) {
            sum = sum.add(FloatVector.fromArray(Lanes.F, z, from + i));
        }
        sum.intoArray(lanes, part);
    }
}
