/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.shard;

import io.headwater.model.llama.LlamaConfig;

/**
 * The units of a model: pieces of work whose partial sums are rounded once, so that dealing them out differently changes no bit.
 *
 * @param headUnits runs of head groups; {@code headGroupsPerUnit} is the smallest whose columns are a multiple of 32
 * @param ffnUnits slices of {@code ffnUnitColumns} columns of the feed-forward dimension: the largest power of two up to 256
 *     that divides it, at least 32
 * @param vocabularyUnits runs of 1024 rows of the vocabulary; the last may be short
 */
public record Units(
        int headUnits, int headGroupsPerUnit, int ffnUnits, int ffnUnitColumns, int vocabularyUnits, int vocabSize) {
    public static final int VOCABULARY_UNIT_ROWS = 1024;
    private static final int COLUMN_ALIGNMENT = 32;
    private static final int LARGEST_FFN_UNIT = 256;

    /**
     * Cuts a model.
     *
     * @throws UnitException if its dimensions cannot be cut at multiples of 32 columns
     */
    public static Units of(LlamaConfig config) throws UnitException {
        if (config.dim() % COLUMN_ALIGNMENT != 0) {
            throw new UnitException("dim=" + config.dim() + " is not a multiple of 32 columns");
        }
        int groups = headGroupsPerUnit(config);
        int ffnColumns = Math.min(LARGEST_FFN_UNIT, Integer.lowestOneBit(config.ffnDim()));
        if (ffnColumns < COLUMN_ALIGNMENT) {
            throw new UnitException("ffnDim=" + config.ffnDim() + " is not a multiple of 32 columns");
        }
        return new Units(
                config.nKvHeads() / groups,
                groups,
                config.ffnDim() / ffnColumns,
                ffnColumns,
                (config.vocabSize() + VOCABULARY_UNIT_ROWS - 1) / VOCABULARY_UNIT_ROWS,
                config.vocabSize());
    }

    private static int headGroupsPerUnit(LlamaConfig config) throws UnitException {
        int columns = config.groupSize() * config.headDim();
        for (int groups = 1; groups <= config.nKvHeads(); groups++) {
            if (config.nKvHeads() % groups == 0 && groups * columns % COLUMN_ALIGNMENT == 0) {
                return groups;
            }
        }
        throw new UnitException("no run of head groups has a multiple of 32 columns: nKvHeads=" + config.nKvHeads()
                + " groupSize=" + config.groupSize() + " headDim=" + config.headDim());
    }

    /** Rows of the vocabulary before a unit: where it starts. */
    public int vocabularyRow(int unit) {
        return Math.min(vocabSize, unit * VOCABULARY_UNIT_ROWS);
    }

    /** Everything, as one shard. */
    public Shard all() {
        return new Shard(new UnitRange(0, headUnits), new UnitRange(0, ffnUnits), new UnitRange(0, vocabularyUnits));
    }
}
