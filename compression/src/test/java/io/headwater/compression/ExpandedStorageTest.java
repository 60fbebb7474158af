/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.compression.merging.ExpandedHead;
import io.headwater.compression.scores.EntryReader;
import io.headwater.tensors.kernels.Attention;
import io.headwater.tensors.kernels.AttentionScratch;
import io.headwater.tensors.kernels.EntryMembers;
import io.headwater.tensors.kernels.Kernels;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.KvType;
import io.headwater.tensors.kernels.QueryRows;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Merged entries that go on attending: what the head's attention gives after a compression, and after a second one. */
class ExpandedStorageTest {
    private static final int DIM = 16;
    private static final KvLayout LAYOUT = new KvLayout(DIM, KvType.F32);
    private static final int GROUPS = 10;
    private static final int COPIES = 4;
    private static final int N = GROUPS * COPIES + 1;
    private static final String OPTIONS =
            "ems:window=1,sinks=0,geometry=0,combine=global,rho=1,gamma=16,tau=0.9,storage=";
    private static final TestHead SOURCE = RandomHeads.head(LAYOUT, N, 1, 1, 0.1f, 5);

    /** Each group's first copy has twice the norm and most attention, so that it becomes the centre. */
    private static TestHead copies() {
        TestHead head = new TestHead(LAYOUT, N);
        for (int i = 0; i < N; i++) {
            float[] key = SOURCE.key(i % GROUPS);
            for (int d = 0; d < DIM && i < GROUPS; d++) {
                key[d] *= 2;
            }
            head.append(key, SOURCE.value(i % GROUPS), i);
            head.columnSum(i, i < GROUPS ? 2 : 1);
        }
        head.window(new float[DIM], 1);
        return head;
    }

    private static TestHead compress(String storage, TestHead head, int budget) throws PolicyException {
        new HeadCompressor(
                        KvPolicy.parse(OPTIONS + storage),
                        LAYOUT,
                        1,
                        N,
                        Kernels.scalar(),
                        TestRotation.interleaved(DIM))
                .compress(head, budget);
        return head;
    }

    private static float[] attend(TestHead head) {
        float[] query = new float[DIM];
        Random random = new Random(9);
        for (int d = 0; d < DIM; d++) {
            query[d] = (float) random.nextGaussian() / 2;
        }
        QueryRows rows = new QueryRows(query, 1, 1, LAYOUT);
        rows.add(0, head.length());
        Attention attention = Kernels.scalar().attention();
        attention.chunk(head, 0, rows, new AttentionScratch(1, LAYOUT));
        float[] out = new float[DIM];
        attention.merge(rows, 0, out, 0, DIM);
        return out;
    }

    private static double distance(float[] a, float[] b) {
        double sum = 0;
        for (int d = 0; d < DIM; d++) {
            sum += Math.pow(a[d] - b[d], 2);
        }
        return Math.sqrt(sum);
    }

    @Test
    void parallelKeysWithOneValueAreAttendedToAsInTheFullCache() throws PolicyException {
        float[] full = attend(copies());

        TestHead expanded = compress("expanded", copies(), GROUPS + 1);

        assertThat(expanded.length()).isEqualTo(GROUPS + 1);
        assertThat(Objects.requireNonNull(expanded.members()).count()).isEqualTo(GROUPS * (COPIES - 1));
        assertThat(distance(attend(expanded), full)).isLessThan(1e-5);
        assertThat(distance(attend(compress("compact", copies(), GROUPS + 1)), full))
                .isGreaterThan(1e-2);
    }

    @Test
    void whatAnEntryStandsForGoesWithItWhenItIsMergedItself() throws PolicyException {
        float[] full = attend(copies());

        TestHead twice = compress("expanded", compress("expanded", copies(), 2 * GROUPS + 1), GROUPS + 1);

        assertThat(twice.length()).isEqualTo(GROUPS + 1);
        assertThat(Objects.requireNonNull(twice.members()).count()).isEqualTo(GROUPS * (COPIES - 1));
        assertThat(distance(attend(twice), full)).isLessThan(1e-5);
    }

    @Test
    void theEnginesAttentionIsThatOfThePureFunction() throws PolicyException {
        TestHead head = compress("expanded", copies(), GROUPS + 1);
        EntryMembers members = Objects.requireNonNull(head.members());
        ExpandedHead pure = new ExpandedHead(DIM, N, N, false, TestRotation.interleaved(DIM));
        for (int entry = 0; entry < head.length(); entry++) {
            pure.member(pure.centre(head.key(entry), head.value(entry)), norm(head, entry), head.position(entry));
        }
        for (int i = 0; i < members.count(); i++) {
            pure.member(members.entry(i), members.ratio(i) * norm(head, members.entry(i)), 0);
        }
        float[] query = new float[DIM];
        Random random = new Random(9);
        for (int d = 0; d < DIM; d++) {
            query[d] = (float) random.nextGaussian() / 2;
        }
        float[] out = new float[DIM];
        pure.attend(query, 0, out, 0);

        assertThat(distance(out, attend(head))).isLessThan(1e-5);
    }

    private static float norm(TestHead head, int entry) {
        return EntryReader.norm(head.key(entry), 0, DIM);
    }

    @Test
    void evictedEntriesTakeTheirMembersWithThem() throws PolicyException {
        TestHead head = compress("expanded", copies(), GROUPS + 1);
        KvPolicy none = KvPolicy.parse(OPTIONS + "off");

        new HeadCompressor(none, LAYOUT, 1, N, Kernels.scalar(), TestRotation.interleaved(DIM)).compress(head, 4);

        assertThat(head.length()).isEqualTo(4);
        assertThat(Objects.requireNonNull(head.members()).count()).isEqualTo(3 * (COPIES - 1));
    }
}
