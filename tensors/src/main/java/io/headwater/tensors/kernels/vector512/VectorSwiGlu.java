/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels.vector512;

import static io.headwater.tensors.kernels.vector512.Lanes.FLOATS;

import io.headwater.tensors.kernels.SwiGlu;
import jdk.incubator.vector.FloatVector;

/** {@link SwiGlu}. */
public final class VectorSwiGlu implements SwiGlu {
    @Override
    public void apply(float[] gate, int gateOffset, float[] up, int upOffset, int n, float[] out, int outOffset) {
        for (int i = 0; i < n; i += FLOATS) {
            FloatVector g = FloatVector.fromArray(Lanes.F, gate, gateOffset + i);
            FloatVector e = VectorExp.exp(g.neg());
            g.div(e.add(1f))
                    .mul(FloatVector.fromArray(Lanes.F, up, upOffset + i))
                    .intoArray(out, outOffset + i);
        }
    }
}
