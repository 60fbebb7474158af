/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The vector providers' attention against the oracle, bit for bit; beyond the entries that were stored lie NaNs. */
class AttentionTest {
    private static final int[] HEAD_DIMS = {2, 8, 16, 32, 64, 80, 96, 128};
    private static final int[] LENGTHS = {1, 15, 16, 17, 31, 32, 33, 255, 256, 257, 600};
    private static final int MOST_ROWS = 9;
    private static final int[] ROWS_OF_ONE_TOKEN = {1, 2, 3, 4, 5, 6, 7, 8, 9, 16};

    @ParameterizedTest(name = "{0}")
    @MethodSource(Providers.HERE)
    void everyHeadDimTypeAndLengthGivesTheOraclesBits(Kernels kernels) {
        int rows = 0;
        for (int headDim : HEAD_DIMS) {
            for (KvType type : KvType.values()) {
                for (int length : LENGTHS) {
                    for (boolean bias : new boolean[] {false, true}) {
                        rows = rows % MOST_ROWS + 1;
                        assertAgrees(kernels, new AttentionCase(new KvLayout(headDim, type), length, rows, bias, 1));
                    }
                }
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource(Providers.HERE)
    void everyNumberOfRowsGivesTheOraclesBits(Kernels kernels) {
        for (int rows = 1; rows <= MOST_ROWS; rows++) {
            for (int length : new int[] {1, 33, 257, 600}) {
                for (int seed = 0; seed < 3; seed++) {
                    KvLayout layout = new KvLayout(80, seed % 2 == 0 ? KvType.F32 : KvType.BF16);
                    assertAgrees(kernels, new AttentionCase(layout, length, rows, seed == 1, seed));
                }
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource(Providers.HERE)
    void rowsThatSeeTheSameEntriesHaveTheOraclesBits(Kernels kernels) {
        for (int headDim : HEAD_DIMS) {
            KvLayout layout = new KvLayout(headDim, KvType.BF16); // decode's path; f32 has none of its own
            for (int length : LENGTHS) {
                for (int rows : ROWS_OF_ONE_TOKEN) {
                    assertAgrees(kernels, AttentionCase.ofOneToken(layout, length, rows, false, rows));
                    assertAgrees(kernels, AttentionCase.ofOneToken(layout, length, rows, true, rows));
                }
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource(Providers.HERE)
    void aRowOfOneTokenHasTheSameBitsAloneAndAmongItsLikeAndInAPrompt(Kernels kernels) {
        KvLayout layout = new KvLayout(64, KvType.BF16);
        AttentionCase prompt = new AttentionCase(layout, 300, MOST_ROWS, true, 7);
        AttentionCase token = AttentionCase.ofOneToken(layout, 300, MOST_ROWS, true, 7);
        int last = MOST_ROWS - 1; // in a prompt, too, it sees everything

        AttentionCase.Result alone = token.attend(kernels.attention(), last, last + 1);
        AttentionCase.Result amongItsLike = token.attend(kernels.attention());
        AttentionCase.Result inAPrompt = prompt.attend(kernels.attention());

        Bits.assertSame(alone.out, 1, amongItsLike.out, 1 + last * 64, 64, "among its like");
        Bits.assertSame(alone.out, 1, inAPrompt.out, 1 + last * 64, 64, "in a prompt");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource(Providers.HERE)
    void aRowHasTheSameBitsAloneAndAmongOthers(Kernels kernels) {
        for (KvType type : KvType.values()) {
            AttentionCase all = new AttentionCase(new KvLayout(64, type), 300, MOST_ROWS, true, 7);
            AttentionCase.Result together = all.attend(kernels.attention());
            for (int row = 0; row < MOST_ROWS; row++) {
                AttentionCase.Result alone = all.attend(kernels.attention(), row, row + 1);

                Bits.assertSame(alone.out, 1, together.out, 1 + row * 64, 64, all + " row " + row);
                Bits.assertSame(alone.rows.max(), 0, together.rows.max(), row, 1, all + " M of row " + row);
                Bits.assertSame(alone.rows.sum(), 0, together.rows.sum(), row, 1, all + " S of row " + row);
            }
        }
    }

    static void assertAgrees(Kernels kernels, AttentionCase c) {
        AttentionCase.Result want = c.attend(Kernels.scalar().attention());
        AttentionCase.Result got = c.attend(kernels.attention());

        Bits.assertSame(got.rows.chunkMax(), want.rows.chunkMax(), c + " m");
        Bits.assertSame(got.rows.chunkSum(), want.rows.chunkSum(), c + " s");
        for (int row = 0; row < c.visible.length; row++) {
            for (int chunk = 0; chunk < want.rows.chunks(row); chunk++) {
                int at = want.rows.chunkIndex(row, chunk) * c.layout.paddedDim();
                Bits.assertSame(
                        got.rows.chunkValues(),
                        at,
                        want.rows.chunkValues(),
                        at,
                        c.layout.headDim(),
                        c + " o, row " + row);
            }
        }
        Bits.assertSame(got.rows.max(), want.rows.max(), c + " M");
        Bits.assertSame(got.rows.sum(), want.rows.sum(), c + " S");
        Bits.assertSame(got.out, want.out, c + " out");
    }
}
