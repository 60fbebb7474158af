/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

/** Compares floats bit for bit; all NaNs count as one. */
final class Bits {
    private Bits() {}

    /** Fails at the first element that differs; {@code what} says which case it was. */
    static void assertSame(float[] got, float[] want, String what) {
        assertSame(got, 0, want, 0, want.length, what);
        if (got.length != want.length) {
            throw new AssertionError(what + ": " + got.length + " elements, expected " + want.length);
        }
    }

    static void assertSame(float[] got, int gotFrom, float[] want, int wantFrom, int n, String what) {
        for (int i = 0; i < n; i++) {
            float g = got[gotFrom + i];
            float w = want[wantFrom + i];
            if (Float.floatToIntBits(g) != Float.floatToIntBits(w)) {
                throw new AssertionError(
                        "%s: element %d of %d is %a (%s), expected %a (%s)".formatted(what, i, n, g, g, w, w));
            }
        }
    }
}
