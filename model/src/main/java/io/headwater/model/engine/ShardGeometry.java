/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.model.llama.LlamaConfig;
import io.headwater.model.shard.Shard;
import io.headwater.model.shard.Units;
import io.headwater.tensors.forms.PackedMatrix;

/** A shard's share of a model in rows and columns. */
record ShardGeometry(LlamaConfig config, Units units, Shard shard) {
    int firstKvHead() {
        return shard.headUnits().from() * units.headGroupsPerUnit();
    }

    int kvHeads() {
        return shard.headUnits().count() * units.headGroupsPerUnit();
    }

    int kvDim() {
        return kvHeads() * config.headDim();
    }

    int queryDim() {
        return kvDim() * config.groupSize();
    }

    int ffnDim() {
        return shard.ffnUnits().count() * units.ffnUnitColumns();
    }

    /** Blocks of 32 columns of one head unit. */
    int headUnitBlocks() {
        return units.headGroupsPerUnit() * config.groupSize() * config.headDim() / PackedMatrix.BLOCK_COLUMNS;
    }

    /** Blocks of 32 columns of one FFN unit. */
    int ffnUnitBlocks() {
        return units.ffnUnitColumns() / PackedMatrix.BLOCK_COLUMNS;
    }

    int firstVocabularyRow() {
        return units.vocabularyRow(shard.vocabularyUnits().from());
    }

    int vocabularyRows() {
        return units.vocabularyRow(shard.vocabularyUnits().to()) - firstVocabularyRow();
    }
}
