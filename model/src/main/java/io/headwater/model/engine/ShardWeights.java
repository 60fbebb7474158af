/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.tensors.forms.PackedMatrix;
import java.util.List;

/**
 * All weights of one shard, packed.
 *
 * @param output {@code [vocabulary rows of the shard, dim]}
 */
@SuppressWarnings("ArrayRecordComponent") // as in LayerWeights
record ShardWeights(List<LayerWeights> layers, float[] outputNorm, PackedMatrix output) {
    ShardWeights {
        layers = List.copyOf(layers);
    }

    /** Bytes that one step reads, all rows of the vocabulary included. */
    long byteSize() {
        return layers.stream().mapToLong(LayerWeights::byteSize).sum() + output.byteSize();
    }
}
