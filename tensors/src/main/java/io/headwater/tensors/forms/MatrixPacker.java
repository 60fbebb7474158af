/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.forms;

import static io.headwater.tensors.forms.PackedMatrix.BLOCK_COLUMNS;
import static io.headwater.tensors.forms.PackedMatrix.TILE_ROWS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import io.headwater.tensors.formats.Dequantizer;
import io.headwater.tensors.formats.QuantDecoder;
import io.headwater.tensors.formats.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.function.LongFunction;

/** Packs a slice of a matrix as it lies in a file into one of the three forms. Stateless; each call is one thread's work. */
public final class MatrixPacker {
    private MatrixPacker() {}

    /** Bytes that {@link #pack} would ask for. */
    public static long packedBytes(TensorType type, int rows, int columns) {
        return shape(type, rows, columns, MemorySegment.NULL).byteSize();
    }

    /**
     * Packs a slice.
     *
     * @param memory gives zeroed memory of a size in bytes that lives as long as the matrix is used
     * @throws BadWeightException if a scale is not finite
     */
    public static PackedMatrix pack(MatrixSlice slice, LongFunction<MemorySegment> memory) throws BadWeightException {
        long bytes = packedBytes(slice.type(), slice.rows(), slice.columns());
        PackedMatrix matrix = shape(slice.type(), slice.rows(), slice.columns(), memory.apply(bytes));
        switch (matrix) {
            case FloatMatrix floats -> new FloatPacking(slice, floats).run();
            case NibbleMatrix nibbles -> new NibblePacking(slice, QuantDecoder.of(slice.type()), nibbles).run();
            case ByteMatrix values -> new BytePacking(slice, QuantDecoder.of(slice.type()), values).run();
        }
        return matrix;
    }

    /** The form that a type is packed into, over the memory. */
    private static PackedMatrix shape(TensorType type, int rows, int columns, MemorySegment memory) {
        if (!type.quantised()) {
            return new FloatMatrix(memory, rows, columns);
        }
        QuantDecoder decoder = QuantDecoder.of(type);
        boolean nibbles = decoder.lowest() >= 0 && decoder.highest() <= 15 && decoder.subBlock() == BLOCK_COLUMNS;
        return nibbles
                ? new NibbleMatrix(memory, rows, columns, scaleType(type))
                : new ByteMatrix(memory, rows, columns, decoder.subBlock(), decoder.hasMin(), scaleType(type));
    }

    /** Q4_0's minimum −8·d may leave f16's range, and K-quants' scales are products: both need f32. */
    private static ScaleType scaleType(TensorType type) {
        return switch (type) {
            case Q4_1, Q5_0, Q5_1, Q8_0 -> ScaleType.HALF;
            case Q4_0, Q4_K, Q5_K, Q6_K -> ScaleType.FLOAT;
            case F32, F16, BF16 -> throw new IllegalArgumentException(type + " has no scales");
        };
    }

    /** Walks the rows of a slice; the forms differ only in how a row's words are written. */
    private abstract static sealed class QuantPacking permits NibblePacking, BytePacking {
        final MatrixSlice slice;
        final PackedMatrix matrix;
        final byte[] quants;
        private final QuantDecoder decoder;
        private final float[] scales;
        private final float[] mins;

        QuantPacking(MatrixSlice slice, QuantDecoder decoder, PackedMatrix matrix) {
            this.slice = slice;
            this.decoder = decoder;
            this.matrix = matrix;
            this.quants = new byte[slice.columns()];
            this.scales = new float[slice.columns() / decoder.subBlock()];
            this.mins = new float[scales.length];
        }

        void run() throws BadWeightException {
            int subBlocks = BLOCK_COLUMNS / decoder.subBlock();
            for (int row = 0; row < slice.rows(); row++) {
                decoder.decode(
                        slice.data(),
                        slice.rowOffset(row),
                        slice.fromColumn(),
                        slice.columns(),
                        quants,
                        0,
                        scales,
                        mins,
                        0);
                for (int block = 0; block < matrix.blocks(); block++) {
                    long offset = matrix.blockOffset(row / TILE_ROWS, block);
                    words(offset, row % TILE_ROWS, block * BLOCK_COLUMNS);
                    for (int sub = 0; sub < subBlocks; sub++) {
                        scale(offset, sub, row, scales[block * subBlocks + sub]);
                    }
                    if (decoder.hasMin()) {
                        scale(offset, subBlocks, row, mins[block]);
                    }
                }
            }
        }

        /** Writes a block's 16-bit words of one row. */
        abstract void words(long offset, int lane, int column);

        abstract int wordBytes();

        abstract ScaleType scaleType();

        private void scale(long block, int vector, int row, float value) throws BadWeightException {
            if (!Float.isFinite(value)) {
                throw new BadWeightException("row " + (slice.fromRow() + row) + " has a scale of " + value);
            }
            long index = (long) vector * TILE_ROWS + row % TILE_ROWS;
            switch (scaleType()) {
                case HALF ->
                    matrix.memory()
                            .set(JAVA_SHORT_UNALIGNED, block + wordBytes() + 2 * index, Float.floatToFloat16(value));
                case FLOAT -> matrix.memory().set(JAVA_FLOAT_UNALIGNED, block + wordBytes() + 4 * index, value);
            }
        }
    }

    private static final class NibblePacking extends QuantPacking {
        private final ScaleType scaleType;

        NibblePacking(MatrixSlice slice, QuantDecoder decoder, NibbleMatrix matrix) {
            super(slice, decoder, matrix);
            this.scaleType = matrix.scaleType();
        }

        @Override
        void words(long offset, int lane, int column) {
            long at = offset + 2L * lane;
            for (int k = column; k < column + BLOCK_COLUMNS; k += 4, at += NibbleMatrix.GROUP_BYTES) {
                int word = quants[k] | quants[k + 1] << 4 | quants[k + 2] << 8 | quants[k + 3] << 12;
                matrix.memory().set(JAVA_SHORT_UNALIGNED, at, (short) word);
            }
        }

        @Override
        int wordBytes() {
            return NibbleMatrix.WORD_BYTES;
        }

        @Override
        ScaleType scaleType() {
            return scaleType;
        }
    }

    private static final class BytePacking extends QuantPacking {
        private final ScaleType scaleType;

        BytePacking(MatrixSlice slice, QuantDecoder decoder, ByteMatrix matrix) {
            super(slice, decoder, matrix);
            this.scaleType = matrix.scaleType();
        }

        @Override
        void words(long offset, int lane, int column) {
            long at = offset + 2L * lane;
            for (int k = column; k < column + BLOCK_COLUMNS; k += 2, at += ByteMatrix.PAIR_BYTES) {
                int word = (quants[k] & 0xff) | quants[k + 1] << 8;
                matrix.memory().set(JAVA_SHORT_UNALIGNED, at, (short) word);
            }
        }

        @Override
        int wordBytes() {
            return ByteMatrix.WORD_BYTES;
        }

        @Override
        ScaleType scaleType() {
            return scaleType;
        }
    }

    private record FloatPacking(MatrixSlice slice, FloatMatrix matrix) {
        void run() throws BadWeightException {
            float[] values = new float[slice.columns()];
            TensorType type = slice.type();
            long skipped = (long) (slice.fromColumn() / type.blockElements()) * type.blockBytes();
            for (int row = 0; row < slice.rows(); row++) {
                Dequantizer.row(type, slice.data(), slice.rowOffset(row) + skipped, values.length, values, 0);
                for (int block = 0; block < matrix.blocks(); block++) {
                    block(row, block, values);
                }
            }
        }

        /** Writes a block's columns of one row. */
        private void block(int row, int block, float[] values) throws BadWeightException {
            long at = matrix.blockOffset(row / TILE_ROWS, block) + 4L * (row % TILE_ROWS);
            int column = block * BLOCK_COLUMNS;
            for (int k = column; k < column + BLOCK_COLUMNS; k++, at += FloatMatrix.COLUMN_BYTES) {
                if (!Float.isFinite(values[k])) {
                    throw new BadWeightException("row " + (slice.fromRow() + row) + " holds " + values[k]);
                }
                matrix.memory().set(JAVA_FLOAT_UNALIGNED, at, values[k]);
            }
        }
    }
}
