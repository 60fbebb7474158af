/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.kvcache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Hidden states between stages: more of them than a block has, and fewer from stage to stage. */
final class SegmentRowsTest {
    private static final int DIM = 3;
    private static final long BLOCK_BYTES = 256L * DIM * Float.BYTES;

    @Test
    void keepsRowsInPlaceOverBlocksAndGivesTheRestBack() {
        SegmentRows rows = new SegmentRows();
        for (int count : new int[] {1, 256, 257, 700}) { // grows step by step: what there is stays
            int from = count == 1 ? 0 : count == 256 ? 1 : count == 257 ? 256 : 257;
            rows.ensure(count, DIM);
            for (int row = from; row < count; row++) {
                rows.write(row, new float[] {0, row, -row, row * 0.5f}, 1);
            }
        }
        assertThat(rows.bytes()).isEqualTo(3 * BLOCK_BYTES);
        assertThat(rows.bytes(769, DIM)).as("what one more would take").isEqualTo(4 * BLOCK_BYTES);

        int[] kept = kept(700, 300, 1);
        rows.keep(kept);
        assertRows(rows, kept);
        assertThat(rows.bytes()).isEqualTo(2 * BLOCK_BYTES);

        int[] again = kept(300, 17, 2);
        rows.keep(again);
        assertRows(rows, IntStream.of(again).map(row -> kept[row]).toArray());
        assertThat(rows.bytes()).isEqualTo(BLOCK_BYTES);

        rows.clear();
        assertThat(rows.bytes()).isZero();
    }

    /** Ascending, the last among them. */
    private static int[] kept(int of, int count, long seed) {
        int[] some =
                new Random(seed).ints(0, of - 1).distinct().limit(count - 1L).toArray();
        return IntStream.concat(IntStream.of(some), IntStream.of(of - 1))
                .sorted()
                .toArray();
    }

    private static void assertRows(SegmentRows rows, int[] expected) {
        float[] read = new float[DIM + 1];
        for (int row = 0; row < expected.length; row++) {
            rows.read(row, read, 1);
            assertThat(read).as("row %d", row).containsExactly(0, expected[row], -expected[row], expected[row] * 0.5f);
        }
    }
}
