/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import io.headwater.tensors.forms.PackedMatrix;

/**
 * Rows of activations {@code [rows, columns]} and their quantised form: per 32 columns d = max|x| / 127 and
 * q = rint(x / d) in −127…127. A reused buffer: {@link #rows(int)} sets how many rows are in use.
 *
 * <p>Several workers fill different rows; a barrier lies between filling and reading.
 */
public final class Activations {
    private final int capacityRows;
    private final int columns;
    private final int blocks;
    private final float[] values;
    private final int[] pairs;
    private final int[] sums;
    private final float[] scales;
    private final float[] scaledSums;
    private int rows;

    public Activations(int capacityRows, int columns) {
        if (columns % PackedMatrix.BLOCK_COLUMNS != 0) {
            throw new IllegalArgumentException("columns=" + columns + " is not a multiple of 32");
        }
        this.capacityRows = capacityRows;
        this.columns = columns;
        this.blocks = columns / PackedMatrix.BLOCK_COLUMNS;
        this.values = new float[Math.multiplyExact(capacityRows, columns)];
        this.pairs = new int[values.length];
        this.sums = new int[capacityRows * blocks];
        this.scales = new float[capacityRows * blocks];
        this.scaledSums = new float[capacityRows * blocks];
    }

    public int capacityRows() {
        return capacityRows;
    }

    public void rows(int rows) {
        if (rows < 0 || rows > capacityRows) {
            throw new IllegalArgumentException("rows=" + rows + " capacityRows=" + capacityRows);
        }
        this.rows = rows;
    }

    public int rows() {
        return rows;
    }

    public int columns() {
        return columns;
    }

    public int blocks() {
        return blocks;
    }

    /** The rows before quantising, {@code [rows, columns]}. */
    public float[] values() {
        return values;
    }

    /** q of each column twice, in both halves of an int: what a 16-bit broadcast costs least from. {@code [rows, columns]}. */
    public int[] pairs() {
        return pairs;
    }

    /** Σq of each block, {@code [rows, blocks]}. */
    public int[] sums() {
        return sums;
    }

    /** d of each block, {@code [rows, blocks]}. */
    public float[] scales() {
        return scales;
    }

    /** d · Σq of each block in f32, {@code [rows, blocks]}. */
    public float[] scaledSums() {
        return scaledSums;
    }

    /** An int that holds q in both halves. */
    public static int pair(int q) {
        return (q << 16) | (q & 0xffff);
    }
}
