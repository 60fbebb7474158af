/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.headwater.tensors.forms.PackedMatrix;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A compiled kernel allocates nothing, and has the oracle's bits still: the other tests run mostly before C2 has compiled.
 *
 * <p>Each provider has a class, hence a JVM, of its own (pom.xml): where several run, the JDK's own Vector API methods see several
 * vector classes, and C2 boxes where it would not in a program, which uses one.
 */
abstract class KernelAllocation {
    private final Kernels kernels;

    KernelAllocation(KernelWidth width) {
        assumeTrue(
                width.bits() <= KernelWidth.preferredBits(),
                "NOT TESTED: " + width + ", this CPU's vectors are narrower");
        kernels = width.kernels();
    }

    private static final int COLUMNS = 64;

    @Test
    void matrixProductsAllocateNothing() {
        for (TestForm form : TestForm.values()) {
            Random random = new Random(form.seed());
            PackedMatrix w = form.pack(form.random(random, 64, COLUMNS));
            for (int rows : new int[] {1, 7}) {
                Activations x = Inputs.activations(rows, COLUMNS, Inputs.rough(random, rows * COLUMNS));
                TileScratch got = new TileScratch(rows);
                TileScratch want = new TileScratch(rows);
                Kernels.scalar().matMul().multiply(w, 0, 0, w.blocks(), x, want);

                WarmKernel.assertAllocatesNothing(
                        () -> kernels.matMul().multiply(w, 0, 0, w.blocks(), x, got),
                        () -> kernels.name() + " " + form + " rows=" + rows);

                Bits.assertSame(got.output(), want.output(), form + " rows=" + rows);
            }
        }
    }

    @Test
    void rowKernelsAllocateNothing() {
        Random random = new Random(1);
        int n = 256;
        float[] a = Inputs.gaussian(random, n);
        float[] b = Inputs.gaussian(random, n);
        float[] got = new float[n];
        float[] want = new float[n];

        WarmKernel.assertAllocatesNothing(
                () -> kernels.rmsNorm().normalise(a, 0, b, n, 1e-5f, got, 0), () -> kernels.name() + " RmsNorm");
        Kernels.scalar().rmsNorm().normalise(a, 0, b, n, 1e-5f, want, 0);
        Bits.assertSame(got, want, "RmsNorm");

        WarmKernel.assertAllocatesNothing(
                () -> kernels.swiGlu().apply(a, 0, b, 0, n, got, 0), () -> kernels.name() + " SwiGlu");
        Kernels.scalar().swiGlu().apply(a, 0, b, 0, n, want, 0);
        Bits.assertSame(got, want, "SwiGlu");

        long[] sums = new long[n];
        WarmKernel.assertAllocatesNothing(
                () -> kernels.partialSums().add(a, 0, sums, 0, n), () -> kernels.name() + " PartialSums.add");
        WarmKernel.assertAllocatesNothing(
                () -> kernels.partialSums().addTo(sums, 0, got, 0, n), () -> kernels.name() + " PartialSums.addTo");
        Arrays.fill(sums, 0);
        long[] wantSums = new long[n];
        kernels.partialSums().add(a, 0, sums, 0, n);
        Kernels.scalar().partialSums().add(a, 0, wantSums, 0, n);
        assertThat(sums).isEqualTo(wantSums);
    }

    @Test
    void quantisersAllocateNothing() {
        Activations want = Inputs.activations(1, 256, Inputs.gaussian(new Random(1), 256));
        Activations x = Inputs.activations(1, 256, want.values());

        WarmKernel.assertAllocatesNothing(
                () -> kernels.quantiser().quantise(x, 0, 0, x.blocks()), () -> kernels.name() + " RowQuantiser");

        assertThat(x.pairs()).isEqualTo(want.pairs());
        Bits.assertSame(x.scaledSums(), want.scaledSums(), "scaledSums");
    }

    @Test
    void attentionAllocatesNothing() {
        for (KvType type : KvType.values()) {
            for (int headDim : new int[] {64, 80}) {
                KvLayout layout = new KvLayout(headDim, type);
                assertAllocatesNothing(AttentionCase.ofOneToken(layout, 65, 1, false, 1));
                assertAllocatesNothing(new AttentionCase(layout, 65, 3, true, 1));
                assertAllocatesNothing(AttentionCase.ofOneToken(layout, 65, 9, true, 1));
            }
        }
    }

    @Test
    void scoresAllocateNothing() {
        for (KvType type : KvType.values()) {
            for (int tokens : new int[] {1, 3}) {
                ScoresCase c = new ScoresCase(
                        AttentionCase.ofGroups(new KvLayout(64, type), 77, tokens, 3, true, 1), QueryGroup.mean(3));
                String what = kernels.name() + " scores " + c;
                c.totals(kernels.scores());
                WarmKernel.assertAllocatesNothing(() -> c.totals(kernels.scores()), () -> what + " totals");
                WarmKernel.assertAllocatesNothing(() -> c.columns(kernels.scores()), () -> what + " columns");

                ScoresCase want = new ScoresCase(c.attention, c.group);
                want.totals(Kernels.scalar().scores());
                want.columns(Kernels.scalar().scores());
                c.columns(kernels.scores());
                Bits.assertSame(c.sums, want.sums, what);
            }
        }
    }

    private void assertAllocatesNothing(AttentionCase c) {
        int rows = c.visible.length;
        int headDim = c.layout.headDim();
        String what = kernels.name() + " attention " + c;
        QueryRows queries = new QueryRows(c.queries, rows, 1, c.layout);
        for (int row = 0; row < rows; row++) {
            queries.add(c.queryOffset(row), c.visible[row]);
        }
        AttentionScratch scratch = new AttentionScratch(rows, c.layout);
        float[] out = new float[headDim];

        WarmKernel.assertAllocatesNothing(() -> kernels.attention().chunk(c.kv, 0, queries, scratch), () -> what);
        WarmKernel.assertAllocatesNothing(
                () -> kernels.attention().merge(queries, rows - 1, out, 0, headDim), () -> what + " merge");

        float[] want = c.attend(Kernels.scalar().attention()).out;
        Bits.assertSame(out, 0, want, 1 + (rows - 1) * headDim, headDim, what);
    }
}
