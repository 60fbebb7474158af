/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels.vector512;

import static io.headwater.tensors.forms.PackedMatrix.TILE_ROWS;
import static io.headwater.tensors.kernels.vector512.Lanes.FLOATS;
import static io.headwater.tensors.kernels.vector512.Lanes.SHORTS;

import io.headwater.tensors.forms.ScaleType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ShortVector;

/** What the kernels for nibbles and bytes share. */
final class Panels {
    private Panels() {}

    /** Widens {@code count} vectors of 64 scales or minimums to f32. */
    static void scalesLoop(MemorySegment w, long offset, int count, ScaleType type, float[] scales) {
        switch (type) {
            case HALF -> {
                for (int r = 0; r < count * TILE_ROWS; r += FLOATS) {
                    Lanes.halves(w, offset + 2L * r).intoArray(scales, r);
                }
            }
            case FLOAT -> {
                for (int r = 0; r < count * TILE_ROWS; r += FLOATS) {
                    Lanes.floats(w, offset + 4L * r).intoArray(scales, r);
                }
            }
        }
    }

    static void store2(ShortVector a, ShortVector b, short[] dots, int at) {
        a.intoArray(dots, at);
        b.intoArray(dots, at + SHORTS);
    }
}
