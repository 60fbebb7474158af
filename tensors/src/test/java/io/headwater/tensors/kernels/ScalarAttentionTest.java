/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The oracle itself, against softmax in double. */
class ScalarAttentionTest {
    private final Attention attention = new ScalarAttention();

    @ParameterizedTest
    @EnumSource
    void isSoftmaxOfTheStoredEntries(KvType type) {
        AttentionCase c = new AttentionCase(new KvLayout(16, type), 300, 3, true, 11);

        AttentionCase.Result got = attention(c);

        for (int row = 0; row < 3; row++) {
            for (int d = 0; d < 16; d++) {
                double want = softmax(c, row, d);
                assertThat((double) got.out[1 + row * 16 + d])
                        .as("row %d, dimension %d", row, d)
                        .isCloseTo(want, within(1e-5));
            }
        }
    }

    @Test
    void theOnlyEntrysValueComesBackAsItWasStored() {
        AttentionCase c = new AttentionCase(new KvLayout(8, KvType.BF16), 1, 1, false, 12);

        AttentionCase.Result got = attention(c);

        for (int d = 0; d < 8; d++) {
            assertThat(got.out[1 + d]).isEqualTo(KvType.BF16.round(c.values[d]));
        }
        assertThat(got.rows.sum()[0]).isEqualTo(1f);
    }

    @Test
    void entriesThatScoreAlikeAreAveragedAcrossChunks() {
        KvLayout layout = new KvLayout(2, KvType.F32);
        float[] values = new float[2 * 512];
        for (int entry = 0; entry < 512; entry++) {
            values[2 * entry] = entry;
            values[2 * entry + 1] = 1;
        }
        QueryRows rows = new QueryRows(new float[2], 1, 2, layout);
        rows.add(0, 512);
        TestKv kv = TestKv.of(layout, new float[2 * 512], values, null);
        AttentionScratch scratch = new AttentionScratch(1, layout);
        float[] out = new float[2];

        attention.chunk(kv, 0, rows, scratch);
        attention.chunk(kv, 1, rows, scratch);
        attention.merge(rows, 0, out, 0, 2);

        assertThat(out).isEqualTo(new float[] {255.5f, 1f});
        assertThat(rows.sum()[0]).isEqualTo(512f);
        assertThat(rows.max()[0]).isZero();
    }

    private AttentionCase.Result attention(AttentionCase c) {
        return c.attend(attention);
    }

    private static double softmax(AttentionCase c, int row, int d) {
        double weighted = 0;
        double sum = 0;
        int dim = c.layout.headDim();
        for (int entry = 0; entry < c.visible[row]; entry++) {
            double z = c.bias == null ? 0 : c.bias[entry];
            for (int i = 0; i < dim; i++) {
                z += (double) c.queries[c.queryOffset(row) + i]
                        * c.layout.type().round(c.keys[entry * dim + i]);
            }
            sum += Math.exp(z);
            weighted += Math.exp(z) * c.layout.type().round(c.values[entry * dim + d]);
        }
        return weighted / sum;
    }
}
