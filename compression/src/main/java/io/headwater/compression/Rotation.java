/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression;

/** Rotary embedding as the model does it: tables computed in f64, products in f32. A linear map, so a merged key can be moved. */
public interface Rotation {
    /** Rotates {@code v[at … at + headDim)} by a position, in place. */
    void rotate(float[] v, int at, int position);

    /** Undoes {@link #rotate}, up to rounding. */
    void rotateBack(float[] v, int at, int position);

    /** Moves what is rotated by one position to another, so many further on; {@code by} may be negative. */
    default void move(float[] v, int at, int by) {
        if (by >= 0) {
            rotate(v, at, by);
        } else {
            rotateBack(v, at, -by);
        }
    }
}
