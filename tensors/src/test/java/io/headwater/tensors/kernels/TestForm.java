/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import io.headwater.tensors.forms.PackedMatrix;
import io.headwater.tensors.forms.ScaleType;
import java.util.Arrays;
import java.util.Random;

/** Every form of packed weights that a kernel can meet. */
enum TestForm {
    NIBBLES_HALF(0, 15, 32, true, ScaleType.HALF),
    NIBBLES_FLOAT(0, 15, 32, true, ScaleType.FLOAT),
    BYTES_HALF(-128, 127, 32, false, ScaleType.HALF),
    BYTES_FLOAT(-128, 127, 32, false, ScaleType.FLOAT),
    BYTES_MIN_HALF(-128, 127, 32, true, ScaleType.HALF),
    BYTES_MIN_FLOAT(-128, 127, 32, true, ScaleType.FLOAT),
    BYTES_16_HALF(-128, 127, 16, false, ScaleType.HALF),
    BYTES_16_FLOAT(-128, 127, 16, false, ScaleType.FLOAT),
    FLOATS(-128, 127, 32, true, ScaleType.FLOAT);

    final int lowest;
    final int highest;
    final int subBlock;
    final boolean hasMin;
    final ScaleType scaleType;

    TestForm(int lowest, int highest, int subBlock, boolean hasMin, ScaleType scaleType) {
        this.lowest = lowest;
        this.highest = highest;
        this.subBlock = subBlock;
        this.hasMin = hasMin;
        this.scaleType = scaleType;
    }

    /** A seed of its own, the same in every run. */
    int seed() {
        return name().hashCode();
    }

    PackedMatrix pack(TestWeights w) {
        return switch (this) {
            case NIBBLES_HALF, NIBBLES_FLOAT -> w.nibbles(scaleType);
            case FLOATS -> w.floats();
            default -> w.bytes(hasMin, scaleType);
        };
    }

    /** Random weights, many of them extreme, with scales of either sign; f16 scales include subnormals and zeros. */
    TestWeights random(Random random, int rows, int columns) {
        TestWeights w = new TestWeights(rows, columns, subBlock);
        for (int i = 0; i < w.quants.length; i++) {
            w.quants[i] = (byte)
                    switch (random.nextInt(4)) {
                        case 0 -> lowest;
                        case 1 -> highest;
                        default -> random.nextInt(lowest, highest + 1);
                    };
        }
        scales(random, w.scales);
        if (hasMin) {
            scales(random, w.mins);
        }
        return w;
    }

    /** Weights of one size each: scale 1, no minimum, quants from a pattern of extremes per row. */
    TestWeights extreme(int rows, int columns) {
        TestWeights w = new TestWeights(rows, columns, subBlock);
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                w.quants[row * columns + column] = (byte)
                        switch (row % 4) {
                            case 0 -> lowest;
                            case 1 -> highest;
                            case 2 -> column % 2 == 0 ? lowest : highest;
                            default -> column % 3 == 0 ? 0 : highest;
                        };
            }
        }
        Arrays.fill(w.scales, 1f);
        return w;
    }

    private void scales(Random random, float[] scales) {
        for (int i = 0; i < scales.length; i++) {
            float scale = (float) (random.nextGaussian() * 0.01);
            if (scaleType == ScaleType.HALF) {
                int bits = random.nextInt(0x7c00) | random.nextInt(2) << 15; // any finite half
                scale = Float.float16ToFloat(random.nextInt(4) == 0 ? (short) bits : Float.floatToFloat16(scale));
            }
            scales[i] = scale;
        }
    }
}
