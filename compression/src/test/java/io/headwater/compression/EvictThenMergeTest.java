/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.headwater.compression.scores.EntryScores;
import io.headwater.compression.scores.GlobalLocalScore;
import io.headwater.tensors.kernels.EntryMembers;
import io.headwater.tensors.kernels.Kernels;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.KvType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** EMS's invariants (ALGORITHMS 1.2.8; 1 and 5 are in HeadCompressorTest, 3 in ExpandedHeadTest) and its merge by hand. */
class EvictThenMergeTest {
    private static final Kernels KERNELS = Kernels.scalar();
    private static final int DIM = 16;
    private static final KvLayout LAYOUT = new KvLayout(DIM, KvType.F32);
    private static final int N = 200;
    private static final int GROUP = 3;
    private static final int WINDOW = 8;
    private static final int BUDGET = 64;

    private static TestHead head(long seed) {
        return RandomHeads.head(LAYOUT, N, GROUP, WINDOW, 0.2f, seed);
    }

    private static TestHead compressed(String options, TestHead head) throws PolicyException {
        KvPolicy policy = KvPolicy.parse("ems:window=" + WINDOW + options);
        new HeadCompressor(policy, LAYOUT, GROUP, N, KERNELS, TestRotation.interleaved(DIM)).compress(head, BUDGET);
        return head;
    }

    @Test
    void withNothingSimilarEnoughOrNothingToMergeItIsPlainTopK() throws PolicyException {
        String evicted = compressed(",storage=off", head(1)).fingerprint();
        assertThat(compressed(",tau=1.01", head(1)).fingerprint()).isEqualTo(evicted);
        assertThat(compressed(",gamma=0", head(1)).fingerprint()).isEqualTo(evicted);
        assertThat(compressed(",storage=compact", head(1)).fingerprint()).isNotEqualTo(evicted);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    local=0,geometry=0        | combine=global,geometry=0
                    combine=global,geometry=0 | combine=global,geometry=0
                    local=1000,geometry=0     | combine=local,geometry=0
                    combine=local,geometry=0  | combine=local,geometry=0
                    geometry=1000             | geometry=1000
                    """)
    void aViewThatHasAllTheWeightChoosesAlone(String best, String alone) throws PolicyException {
        String evicted = ",storage=off,rank=%s,%s";

        assertThat(compressed(evicted.formatted("best", best), head(3)).fingerprint())
                .isEqualTo(compressed(evicted.formatted("sum", alone), head(3)).fingerprint())
                .isNotEqualTo(compressed(",storage=off", head(3)).fingerprint());
    }

    @Test
    void whatIsKeptIsTheTopOfTheScore() throws PolicyException {
        TestHead head = head(2);
        KvPolicy policy = KvPolicy.parse("ems:sinks=2,rank=sum,geometry=0,window=" + WINDOW);
        float[] scores = new float[N];
        new EntryScores(LAYOUT, GROUP, N, KERNELS, TestRotation.interleaved(DIM))
                .of(policy)
                .score(head, scores);
        List<Integer> want = new ArrayList<>(List.of(0, 1));
        want.addAll(IntStream.range(2, N - WINDOW)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -scores[i]))
                .limit(BUDGET - 2 - WINDOW)
                .sorted()
                .toList());
        IntStream.range(N - WINDOW, N).forEach(want::add);
        int[] positions = want.stream().mapToInt(head::position).toArray();

        compressed(",sinks=2,rank=sum,geometry=0", head);

        assertThat(head.keptPositions()).isEqualTo(positions);
    }

    @Test
    void mergingConservesTheMassOfWhatIsMerged() throws PolicyException {
        TestHead positive = positive();
        double before = sum(positive);

        compressed(",sinks=2,tau=0,rho=1,gamma=16", positive);

        assertThat(sum(positive)).isCloseTo(before, within(1e-4));
        assertThat(sum(compressed(",storage=off", head(3)))).isLessThan(before - 1);
    }

    /** All keys and values in one orthant: all cosines are positive. */
    private static TestHead positive() {
        TestHead positive = new TestHead(LAYOUT, N);
        TestHead random = head(3);
        for (int i = 0; i < N; i++) {
            positive.append(magnitudes(random.key(i)), magnitudes(random.value(i)), i);
            positive.columnSum(i, random.columnSum(i));
        }
        positive.window(random.windowQueries(), WINDOW);
        return positive;
    }

    @Test
    void mergedEntriesHaveAnEndInMultiplesOfWhatIsKeptAndInEntries() throws PolicyException {
        assertThat(members(",gamma=2")).isGreaterThan(20);
        assertThat(members(",gamma=2,merged=20")).isEqualTo(20);
        assertThat(members(",gamma=0.25,merged=20")).isEqualTo((BUDGET - WINDOW - 4) / 4);
        assertThat(members(",gamma=2,merged=0")).isZero();
    }

    /** Of a head of which everything is alike enough to be merged. */
    private static int members(String options) throws PolicyException {
        TestHead positive = positive();
        EntryMembers members = compressed(",tau=0,rho=1" + options, positive).members();
        return members == null ? 0 : members.count();
    }

    private static float[] magnitudes(float[] x) {
        for (int i = 0; i < x.length; i++) {
            x[i] = Math.abs(x[i]);
        }
        return x;
    }

    private static double sum(TestHead head) {
        return IntStream.range(0, head.length()).mapToDouble(head::columnSum).sum();
    }

    @Test
    void aSinkThatAllQueriesAttendToSurvivesWithoutProtection() throws PolicyException {
        TestHead head = head(4);
        head.columnSum(0, 50);

        compressed(",sinks=0,rank=sum,geometry=0", head);

        assertThat(head.position(0)).isZero();
    }

    @Test
    void aMergedValueIsTheMeanByMassAndAMergedKeyKeepsItsCentresNorm() throws PolicyException {
        KvLayout layout = new KvLayout(2, KvType.F32);
        TestHead head = new TestHead(layout, 4);
        head.append(new float[] {3, 4}, new float[] {1, 0}, 0); // the centre
        head.append(new float[] {-1, 0}, new float[] {0, -1}, 1); // like nothing: class zero
        head.append(new float[] {4, 3}, new float[] {3, 1}, 2); // merged
        head.append(new float[] {1, 1}, new float[] {1, 1}, 3); // the window
        float[] sums = {6, 1, 2, 0};
        for (int i = 0; i < 4; i++) {
            head.columnSum(i, sums[i]);
        }
        head.window(new float[2], 1);
        KvPolicy policy = KvPolicy.parse(
                "ems:window=1,sinks=0,geometry=0,combine=global,rho=1,gamma=2,tau=0.5,merge-keys=on,bias=log-count,storage=compact");

        new HeadCompressor(policy, layout, 1, 4, KERNELS, TestRotation.interleaved(2)).compress(head, 2);

        assertThat(head.keptPositions()).containsExactly(0, 3);
        assertThat(head.value(0)).containsExactly(new float[] {(6 * 1 + 2 * 3) / 8f, 2 / 8f}, within(1e-6f));
        double x = 6 * 0.6 + 2 * 0.8;
        double y = 6 * 0.8 + 2 * 0.6;
        float factor = (float) (5 / Math.hypot(x, y));
        assertThat(head.key(0)).containsExactly(new float[] {(float) x * factor, (float) y * factor}, within(1e-5f));
        assertThat(head.columnSum(0)).isEqualTo(8);
        assertThat(head.bias()).isNotNull().startsWith((float) Math.log(2));
        assertThat(head.value(1)).containsExactly(1, 1);
    }

    @Test
    void pooledGeometryKeepsTheNeighboursOfAKeyThatStandsOut() throws PolicyException {
        assertThat(keptAround(20, "max3")).containsExactly(19, 20, 21, 39);
        assertThat(keptAround(20, "none")).contains(20).doesNotContain(19, 21);
    }

    /** Positions that are kept of 40 equal entries, one of which has the opposite key. */
    private static int[] keptAround(int other, String pool) throws PolicyException {
        TestHead head = new TestHead(LAYOUT, 40);
        float[] key = head(7).key(0);
        float[] opposite = key.clone();
        for (int i = 0; i < opposite.length; i++) {
            opposite[i] = -opposite[i];
        }
        for (int i = 0; i < 40; i++) {
            head.append(i == other ? opposite : key, head(7).value(0), i);
            head.columnSum(i, 1);
        }
        head.window(new float[GROUP * DIM], 1);
        compress("ems:window=1,sinks=0,storage=off,pool=none,rank=sum,geometry=1000,geometry-pool=" + pool, head, 4);
        return head.keptPositions();
    }

    @Test
    void withPositionsUsedCopiesOfAKeyBeforeItsRotationAreAlike() throws PolicyException {
        TestRotation rotation = TestRotation.interleaved(DIM);
        TestHead head = new TestHead(LAYOUT, 40);
        TestHead source = head(5);
        for (int i = 0; i < 40; i++) {
            float[] key = source.key(i % 10);
            rotation.rotate(key, 0, 20 * i);
            head.append(key, source.value(i % 10), 20 * i);
            head.columnSum(i, i < 10 ? 2 : 1);
        }
        head.window(new float[GROUP * DIM], 1);
        String options =
                "ems:window=1,sinks=0,geometry=0,combine=global,rho=1,gamma=16,tau=0.99,storage=compact,use-position=";
        TestHead copies = compress(options + "on", head, 11);

        double all = 2 * 10 + 29; // but the window's entry: every other copy's mass went to its original
        assertThat(sum(copies)).isCloseTo(all + 1, within(1e-4));
        for (int i = 0; i < 10; i++) {
            assertThat(copies.value(i)).containsExactly(source.value(i), within(1e-5f));
        }
    }

    private static TestHead compress(String text, TestHead head, int budget) throws PolicyException {
        new HeadCompressor(KvPolicy.parse(text), LAYOUT, GROUP, N, KERNELS, TestRotation.interleaved(DIM))
                .compress(head, budget);
        return head;
    }

    @Test
    void bothViewsHaveTheSameMeanOverTheCandidates() throws PolicyException {
        TestHead head = head(6);
        EntryScores scores = new EntryScores(LAYOUT, GROUP, N, KERNELS, TestRotation.interleaved(DIM));
        String window = "ems:geometry=0,window=" + WINDOW;
        double[] masses = new double[2];
        String[] combinations = {"global", "sum"};
        for (int i = 0; i < 2; i++) {
            GlobalLocalScore score = scores.globalLocal(KvPolicy.parse(window + ",combine=" + combinations[i]));
            score.score(head, new float[N]);
            for (int entry = score.from(N); entry < score.to(N); entry++) {
                masses[i] += score.mass()[entry];
            }
        }
        assertThat(masses[1]).isCloseTo(2 * masses[0], within(1e-3));
    }
}
