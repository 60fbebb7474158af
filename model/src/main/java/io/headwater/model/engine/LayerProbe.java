/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

/** Looks into the layers of a shard's steps, for whoever measures a model. Runs on worker 0 while the others go on, and must be quick. */
@FunctionalInterface
public interface LayerProbe {
    /** Sees nothing. */
    LayerProbe NONE = (_, _, _, _) -> {};

    /**
     * A layer of a step, before its attention. Both arrays are the engine's: read now, write nothing.
     *
     * @param residual what the layer gets, {@code [rows, dim]}
     * @param queries {@code [rows, query heads · headDim]}, after RoPE, over √headDim
     */
    void layer(int layer, int rows, float[] residual, float[] queries);
}
