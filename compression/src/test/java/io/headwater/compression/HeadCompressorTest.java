/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headwater.tensors.kernels.KernelWidth;
import io.headwater.tensors.kernels.Kernels;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.KvType;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What holds for every policy (ALGORITHMS 7-12). */
class HeadCompressorTest {
    private static final Kernels VECTOR =
            KernelWidth.widest(KernelWidth.preferredBits()).orElseThrow().kernels();
    private static final Kernels SCALAR = Kernels.scalar(); // quick while nothing is compiled
    private static final KvLayout LAYOUT = new KvLayout(16, KvType.BF16);
    private static final int N = 300;
    private static final int GROUP = 3;
    private static final int BUDGET = 100;

    private static List<KvPolicy> policies() throws PolicyException {
        return List.of(
                KvPolicy.parse("streaming-llm"),
                KvPolicy.parse("h2o"),
                KvPolicy.parse("snapkv"),
                KvPolicy.parse("pyramidkv"),
                KvPolicy.parse("ada-kv"),
                KvPolicy.parse("uncomp"),
                KvPolicy.parse("ems"),
                KvPolicy.parse("ems:storage=off,combine=max,rank=sum,geometry=0,per-query=on"),
                KvPolicy.parse(
                        "ems:storage=compact,merge-keys=on,use-position=on,norm-rule=mean,bias=log-count,tau=0.3"),
                KvPolicy.parse("ems:storage=compact,gamma=2,tau=0.3"),
                KvPolicy.parse("ems:storage=expanded,merge-keys=on,norm-rule=mean,gamma=4,tau=0.1,rho=1"),
                KvPolicy.parse("g-kv"),
                KvPolicy.parse("r-kv"),
                KvPolicy.parse("kv-compress"),
                KvPolicy.parse("kvzip"),
                KvPolicy.parse("ems:score=reconstruction"),
                KvPolicy.parse("keydiff:recent=8"),
                KvPolicy.parse("expected-attention:window=32,future=16"),
                KvPolicy.parse("tova"),
                KvPolicy.parse("knorm:sinks=2"));
    }

    private static TestHead head(KvPolicy policy, long seed) {
        return RandomHeads.head(LAYOUT, N, GROUP, Math.max(1, policy.window()), 0.3f, seed);
    }

    private static HeadCompressor compressor(KvPolicy policy, Kernels kernels) {
        return new HeadCompressor(policy, LAYOUT, GROUP, N, kernels, TestRotation.interleaved(16));
    }

    @Test
    void aHeadCompressedInSlicesHasTheSameBits() throws PolicyException {
        for (KvPolicy policy : policies()) {
            TestHead atOnce = head(policy, 5);
            TestHead inSlices = head(policy, 5);
            HeadCompressor compressor = compressor(policy, SCALAR);

            compressor.compress(atOnce, BUDGET);
            for (int slice = 0; slice < 7; slice++) {
                assertThat(inSlices.length()).isEqualTo(N);
                compressor.compress(inSlices, BUDGET, slice, 7);
            }

            assertThat(inSlices.fingerprint()).as(policy.text()).isEqualTo(atOnce.fingerprint());
        }
    }

    @Test
    void onlyComparingAllPairsOfManyEntriesTakesSlices() throws PolicyException {
        assertThat(HeadCompressor.slices(KvPolicy.parse("r-kv"), 8448, 256, 64)).isEqualTo(5);
        assertThat(HeadCompressor.slices(KvPolicy.parse("r-kv"), 320, 256, 64)).isOne();
        assertThat(HeadCompressor.slices(KvPolicy.parse("r-kv:lambda=1"), 8448, 256, 64))
                .isOne();
        assertThat(HeadCompressor.slices(KvPolicy.parse("g-kv"), 8448, 8448, 64))
                .isOne();
        assertThat(HeadCompressor.slices(KvPolicy.parse("ems"), 8448, 256, 64)).isOne();
        assertThat(HeadCompressor.products(KvPolicy.parse("ems"), 8448, 256, 64))
                .isEqualTo(2L * 256 * 1024 * 64);
        assertThat(HeadCompressor.products(KvPolicy.parse("ems:gamma=0.5"), 8448, 256, 64))
                .isEqualTo(2L * 256 * 128 * 64);
        assertThat(HeadCompressor.products(KvPolicy.parse("ems:gamma=16"), 320, 256, 64))
                .isEqualTo(2L * 256 * 64 * 64);
        assertThat(HeadCompressor.products(KvPolicy.parse("ems:storage=off"), 8448, 256, 64))
                .isZero();
    }

    @Test
    void everyPolicyOfTheTableIsTestedHere() throws PolicyException {
        assertThat(policies().stream().map(KvPolicy::name).distinct())
                .containsExactlyElementsOf(KvPolicy.known().stream()
                        .map(PolicyDescription::name)
                        .filter(name -> !name.equals("none"))
                        .toList());
    }

    @Test
    void exactlyTheBudgetIsKeptAndAlwaysTheFirstAndTheLatestThatThePolicyProtects() throws PolicyException {
        for (KvPolicy policy : policies()) {
            TestHead head = head(policy, 1);
            int[] before = head.keptPositions();

            compressor(policy, SCALAR).compress(head, BUDGET);

            int[] kept = head.keptPositions();
            int recent = policy.recent(BUDGET);
            assertThat(kept).as(policy.text()).hasSize(BUDGET);
            assertThat(Arrays.copyOf(kept, policy.sinks())).isEqualTo(Arrays.copyOf(before, policy.sinks()));
            assertThat(Arrays.copyOfRange(kept, BUDGET - recent, BUDGET))
                    .as(policy.text())
                    .isEqualTo(Arrays.copyOfRange(before, N - recent, N));
        }
    }

    @Test
    void aHeadWithinItsBudgetIsLeftAsItIs() throws PolicyException {
        for (KvPolicy policy : policies()) {
            TestHead head = head(policy, 2);
            String before = head.fingerprint();
            compressor(policy, SCALAR).compress(head, N);
            assertThat(head.fingerprint()).as(policy.text()).isEqualTo(before);

            compressor(policy, SCALAR).compress(head, BUDGET);
            String once = head.fingerprint();
            compressor(policy, SCALAR).compress(head, BUDGET);
            assertThat(head.fingerprint()).as(policy + ", again").isEqualTo(once);
        }
        TestHead head = head(KvPolicy.NONE, 2);
        String before = head.fingerprint();
        compressor(KvPolicy.NONE, SCALAR).compress(head, 1);
        assertThat(head.fingerprint()).isEqualTo(before);
    }

    @Test
    void theKernelsAndWhatWasCompressedBeforeChangeNoBit() throws PolicyException {
        for (KvPolicy policy : policies()) {
            HeadCompressor used = compressor(policy, VECTOR);
            for (long seed = 3; seed < 5; seed++) {
                TestHead byScalars = head(policy, seed);
                TestHead byVectors = head(policy, seed);
                compressor(policy, SCALAR).compress(byScalars, BUDGET);
                used.compress(byVectors, BUDGET);
                assertThat(byVectors.fingerprint()).as(policy.text()).isEqualTo(byScalars.fingerprint());
            }
        }
    }

    @Test
    void allHeadsAsOnePaddedBatchHaveTheBitsOfOneAfterAnother() throws PolicyException {
        for (KvPolicy policy : policies()) {
            List<TestHead> batch = ragged(policy);
            compressor(policy, SCALAR).compressAll(batch, BUDGET);

            HeadCompressor alone = compressor(policy, SCALAR);
            List<TestHead> loop = ragged(policy);
            loop.reversed().forEach(head -> alone.compress(head, BUDGET));

            for (int h = 0; h < loop.size(); h++) {
                assertThat(batch.get(h).fingerprint())
                        .as(policy + " head " + h)
                        .isEqualTo(loop.get(h).fingerprint());
            }
        }
    }

    /** Heads of different lengths and sparsities: their class lists differ in length, and one has nothing to do. */
    private static List<TestHead> ragged(KvPolicy policy) {
        int window = Math.max(1, policy.window());
        return List.of(
                RandomHeads.head(LAYOUT, 300, GROUP, window, 0.1f, 11),
                RandomHeads.head(LAYOUT, 101, GROUP, window, 0.1f, 12),
                RandomHeads.head(LAYOUT, 90, GROUP, window, 0.1f, 13),
                RandomHeads.head(LAYOUT, 250, GROUP, window, 1f, 14),
                RandomHeads.head(LAYOUT, 180, GROUP, window, 0.01f, 15));
    }

    @Test
    void aShortSequenceWithFewQueriesIsCompressedToo() throws PolicyException {
        for (KvPolicy policy : policies()) {
            int window = Math.max(1, policy.window() / 2);
            TestHead head = RandomHeads.head(LAYOUT, 120, GROUP, window, 0.3f, 7);
            compressor(policy, SCALAR).compress(head, BUDGET);
            assertThat(head.length()).as(policy.text()).isEqualTo(BUDGET);
        }
    }

    @Test
    void aBudgetBelowWhatIsProtectedIsRefused() throws PolicyException {
        KvPolicy ems = KvPolicy.parse("ems");
        assertThatThrownBy(() -> compressor(ems, SCALAR).compress(head(ems, 1), 12))
                .hasMessage("budget=12 is below the 13 entries that KV policy ems needs");
    }
}
