/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.scores;

import static io.headwater.tensors.kernels.KvLayout.BLOCK_ENTRIES;

import io.headwater.tensors.kernels.KvBlocks;
import io.headwater.tensors.kernels.KvLayout;

/** Reads an entry's key or value {@code [headDim]} as f32, and their norms. */
public final class EntryReader {
    private EntryReader() {}

    public static void key(KvBlocks kv, int entry, float[] out, int at) {
        KvLayout layout = kv.layout();
        long block = kv.block(entry / BLOCK_ENTRIES);
        for (int d = 0; d < layout.headDim(); d++) {
            out[at + d] = layout.key(kv.memory(), block, entry % BLOCK_ENTRIES, d);
        }
    }

    public static void value(KvBlocks kv, int entry, float[] out, int at) {
        KvLayout layout = kv.layout();
        long block = kv.block(entry / BLOCK_ENTRIES);
        for (int d = 0; d < layout.headDim(); d++) {
            out[at + d] = layout.value(kv.memory(), block, entry % BLOCK_ENTRIES, d);
        }
    }

    /** ‖x‖, summed in f64 in ascending order. */
    public static float norm(float[] x, int at, int n) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += (double) x[at + i] * x[at + i];
        }
        return (float) Math.sqrt(sum);
    }

    /** x · y, summed in f64 in ascending order. */
    public static double dot(float[] x, int xAt, float[] y, int yAt, int n) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += (double) x[xAt + i] * y[yAt + i];
        }
        return sum;
    }
}
