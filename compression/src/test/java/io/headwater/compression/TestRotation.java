/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression;

/** Rotary embedding of pairs (2i, 2i + 1), or (i, i + dim/2) as Hugging Face and the golden files have it. */
public record TestRotation(int dim, double base, boolean halfSplit) implements Rotation {
    public static TestRotation interleaved(int dim) {
        return new TestRotation(dim, 10000, false);
    }

    @Override
    public void rotate(float[] v, int at, int position) {
        turn(v, at, position);
    }

    @Override
    public void rotateBack(float[] v, int at, int position) {
        turn(v, at, -position);
    }

    private void turn(float[] v, int at, int position) {
        for (int pair = 0; pair < dim / 2; pair++) {
            int first = at + (halfSplit ? pair : 2 * pair);
            int second = halfSplit ? first + dim / 2 : first + 1;
            double angle = position * StrictMath.pow(base, -2.0 * pair / dim);
            float cos = (float) StrictMath.cos(angle);
            float sin = (float) StrictMath.sin(angle);
            float x = v[first];
            float y = v[second];
            v[first] = Math.fma(x, cos, -(y * sin));
            v[second] = Math.fma(x, sin, y * cos);
        }
    }
}
