/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels.vector512;

import static io.headwater.tensors.forms.PackedMatrix.BLOCK_COLUMNS;
import static io.headwater.tensors.forms.PackedMatrix.TILE_ROWS;
import static io.headwater.tensors.kernels.vector512.Lanes.SHORTS;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;

import io.headwater.tensors.forms.ByteMatrix;
import io.headwater.tensors.kernels.Activations;
import io.headwater.tensors.kernels.TileScratch;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ShortVector;

/** Bytes times many rows: a block is widened to 16 bits once, then used by two rows at a time. Sums as in {@link ByteDots}. */
final class BytePanel {
    private BytePanel() {}

    static void tile(ByteMatrix w, int tile, int fromBlock, int toBlock, Activations x, TileScratch scratch) {
        long offset = w.blockOffset(tile, fromBlock);
        long blockBytes = w.blockBytes();
        for (int block = fromBlock; block < toBlock; block++, offset += blockBytes) {
            block(w, offset, x, block, scratch);
        }
    }

    private static void block(ByteMatrix w, long offset, Activations x, int block, TileScratch scratch) {
        unpackLoop(w.memory(), offset, scratch.panel());
        Panels.scalesLoop(
                w.memory(), offset + ByteMatrix.WORD_BYTES, ByteDots.scaleVectors(w), w.scaleType(), scratch.scales());
        int row = 0;
        for (; row + 2 <= x.rows(); row += 2) {
            for (int sub = 0; sub < w.subBlocks(); sub++) {
                for (int r = 0; r < TILE_ROWS; r += 2 * SHORTS) {
                    dot2Loop(w, sub, r, x, row, block, scratch);
                }
                ByteDots.addLoop(scratch, 0, sub, x.scales()[row * x.blocks() + block], row);
                ByteDots.addLoop(scratch, TILE_ROWS, sub, x.scales()[(row + 1) * x.blocks() + block], row + 1);
            }
            ByteDots.addMinLoop(w, scratch, x, row, block);
            ByteDots.addMinLoop(w, scratch, x, row + 1, block);
        }
        if (row < x.rows()) {
            ByteRow.block(w, offset, x, row, block, scratch);
        }
    }

    private static void unpackLoop(MemorySegment w, long offset, short[] panel) {
        for (int i = 0; i < BLOCK_COLUMNS / 2 * TILE_ROWS; i += SHORTS) {
            ShortVector v = Lanes.shorts(w, offset + 2L * i);
            int at = i / TILE_ROWS * 2 * TILE_ROWS + i % TILE_ROWS;
            v.lanewise(LSHL, 8).lanewise(ASHR, 8).intoArray(panel, at);
            v.lanewise(ASHR, 8).intoArray(panel, at + TILE_ROWS);
        }
    }

    private static ShortVector weights(short[] panel, int column, int r) {
        return ShortVector.fromArray(Lanes.S, panel, column * TILE_ROWS + r);
    }

    /** Two rows of activations, two vectors of weight rows. */
    private static void dot2Loop(ByteMatrix w, int sub, int r, Activations x, int row, int block, TileScratch scratch) {
        short[] panel = scratch.panel();
        int[] q = x.pairs();
        int from = sub * w.subBlockColumns();
        int to = from + w.subBlockColumns();
        int k = row * x.columns() + block * BLOCK_COLUMNS;
        ShortVector lowA0 = ShortVector.zero(Lanes.S);
        ShortVector lowA1 = lowA0;
        ShortVector lowB0 = lowA0;
        ShortVector lowB1 = lowA0;
        ShortVector highA0 = lowA0;
        ShortVector highA1 = lowA0;
        ShortVector highB0 = lowA0;
        ShortVector highB1 = lowA0;
        for (int i = from; i < to; i += 2) {
            ShortVector q0 = Lanes.pair(q, k + i);
            ShortVector q1 = Lanes.pair(q, k + i + 1);
            ShortVector p0 =
                    weights(panel, i, r).mul(q0).add(weights(panel, i + 1, r).mul(q1));
            ShortVector p1 = weights(panel, i, r + SHORTS)
                    .mul(q0)
                    .add(weights(panel, i + 1, r + SHORTS).mul(q1));
            lowA0 = lowA0.add(p0);
            lowA1 = lowA1.add(p1);
            highA0 = highA0.add(p0.lanewise(ASHR, 8));
            highA1 = highA1.add(p1.lanewise(ASHR, 8));
            q0 = Lanes.pair(q, k + x.columns() + i);
            q1 = Lanes.pair(q, k + x.columns() + i + 1);
            p0 = weights(panel, i, r).mul(q0).add(weights(panel, i + 1, r).mul(q1));
            p1 = weights(panel, i, r + SHORTS)
                    .mul(q0)
                    .add(weights(panel, i + 1, r + SHORTS).mul(q1));
            lowB0 = lowB0.add(p0);
            lowB1 = lowB1.add(p1);
            highB0 = highB0.add(p0.lanewise(ASHR, 8));
            highB1 = highB1.add(p1.lanewise(ASHR, 8));
        }
        Panels.store2(lowA0, lowA1, scratch.low(), r);
        Panels.store2(highA0, highA1, scratch.high(), r);
        Panels.store2(lowB0, lowB1, scratch.low(), TILE_ROWS + r);
        Panels.store2(highB0, highB1, scratch.high(), TILE_ROWS + r);
    }
}
