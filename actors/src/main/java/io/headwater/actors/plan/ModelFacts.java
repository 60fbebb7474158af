/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import io.headwater.model.gguf.GgufTensor;
import io.headwater.model.kvcache.SequenceCache;
import io.headwater.model.llama.LayerTensor;
import io.headwater.model.llama.LlamaConfig;
import io.headwater.model.llama.LlamaModel;
import io.headwater.model.shard.Shard;
import io.headwater.model.shard.UnitException;
import io.headwater.model.shard.Units;
import io.headwater.tensors.forms.MatrixPacker;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.KvType;
import java.io.IOException;

/**
 * What a plan must know of a model.
 *
 * @param fingerprint of the file
 * @param headUnitBytes packed weights of one head unit over all layers; a share's last rows are padded, which is not counted
 */
public record ModelFacts(
        String fingerprint,
        Units units,
        int nLayers,
        int headDim,
        long headUnitBytes,
        long ffnUnitBytes,
        long vocabularyUnitBytes) {

    /**
     * Of an open model.
     *
     * @throws UnitException if it cannot be cut into units
     * @throws IOException if the file cannot be read
     */
    public static ModelFacts of(LlamaModel model) throws UnitException, IOException {
        LlamaConfig config = model.config();
        Units units = Units.of(config);
        long heads = 0;
        long ffn = 0;
        for (int layer = 0; layer < config.nLayers(); layer++) {
            for (LayerTensor which : LayerTensor.values()) {
                GgufTensor tensor = model.tensor(layer, which);
                switch (which) {
                    case WQ, WK, WV, WO -> heads += packedBytes(tensor);
                    case W_GATE, W_UP, W_DOWN -> ffn += packedBytes(tensor);
                    case ATTN_NORM, FFN_NORM -> {} // every shard has them; a few KiB
                }
            }
        }
        return new ModelFacts(
                ModelFingerprint.of(model.file()),
                units,
                config.nLayers(),
                config.headDim(),
                heads / units.headUnits(),
                ffn / units.ffnUnits(),
                packedBytes(model.output()) / units.vocabularyUnits());
    }

    private static long packedBytes(GgufTensor tensor) {
        return MatrixPacker.packedBytes(
                tensor.type(), Math.toIntExact(tensor.rows()), Math.toIntExact(tensor.columns()));
    }

    long weightBytes(Shard shard) {
        return shard.headUnits().count() * headUnitBytes
                + shard.ffnUnits().count() * ffnUnitBytes
                + shard.vocabularyUnits().count() * vocabularyUnitBytes;
    }

    /** KV memory of one position of a sequence in a shard; rounded up. */
    long kvBytesPerEntry(Shard shard, KvType type) {
        long block = SequenceCache.blockBytes(new KvLayout(headDim, type));
        long heads = (long) shard.headUnits().count() * units.headGroupsPerUnit();
        return (heads * nLayers * block + KvLayout.BLOCK_ENTRIES - 1) / KvLayout.BLOCK_ENTRIES;
    }
}
