/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Entries that stand for several tokens: the vector providers against the oracle, bit for bit, and the oracle against the tokens themselves. */
class EntryMembersTest {
    private static final int DIM = 16;

    @ParameterizedTest(name = "{0}")
    @MethodSource(Providers.HERE)
    void attentionAndScoresHaveTheOraclesBits(Kernels kernels) {
        for (KvType type : KvType.values()) {
            KvLayout layout = new KvLayout(64, type);
            for (int length : new int[] {1, 17, 255, 257, 600}) {
                for (int seed = 0; seed < 3; seed++) {
                    AttentionCase prompt = AttentionCase.ofGroups(layout, length, 3, 3, false, seed);
                    prompt.kv.members(some(length, seed));
                    AttentionTest.assertAgrees(kernels, prompt);
                    ScoresTest.assertAgrees(kernels, prompt, QueryGroup.mean(3));
                    ScoresTest.assertAgrees(kernels, prompt, QueryGroup.max(3));
                    ScoresTest.assertAgrees(kernels, prompt, QueryGroup.squares(3));
                    AttentionCase token = AttentionCase.ofOneToken(layout, length, 3, false, seed);
                    token.kv.members(some(length, seed));
                    AttentionTest.assertAgrees(kernels, token);
                }
            }
        }
    }

    /** None at all, some on every third entry, or many on few; ratios around 1. */
    private static EntryMembers some(int length, int seed) {
        Random random = new Random(seed);
        int count = seed == 0 ? 0 : length * seed;
        int[] entries = random.ints(count, 0, length)
                .map(entry -> entry / 3 * 3)
                .sorted()
                .toArray();
        float[] ratios = new float[count];
        for (int i = 0; i < count; i++) {
            ratios[i] = 0.5f + random.nextFloat();
        }
        EntryMembers members = new EntryMembers();
        members.set(entries, ratios, count);
        return members;
    }

    @Test
    void attendingToMembersIsAttendingToAllTheTokensThatTheyStandFor() {
        KvLayout layout = new KvLayout(DIM, KvType.F32);
        int stored = 40;
        AttentionCase merged = AttentionCase.ofOneToken(layout, stored, 1, false, 3);
        EntryMembers members = some(stored, 2);
        merged.kv.members(members);

        float[] out = merged.attend(Kernels.scalar().attention()).out;

        double[] want = attendToAll(merged, members);
        for (int d = 0; d < DIM; d++) {
            assertThat((double) out[1 + d]).isCloseTo(want[d], within(1e-5));
        }
    }

    /** Every token with a key of its own: its entry's, times the ratio. */
    private static double[] attendToAll(AttentionCase c, EntryMembers members) {
        double sum = 0;
        double[] out = new double[DIM];
        for (int token = 0; token < c.length + members.count(); token++) {
            int entry = token < c.length ? token : members.entry(token - c.length);
            double ratio = token < c.length ? 1 : members.ratio(token - c.length);
            double z = 0;
            for (int d = 0; d < DIM; d++) {
                z += c.queries[c.queryOffset(0) + d] * ratio * c.keys[entry * DIM + d];
            }
            sum += Math.exp(z);
            for (int d = 0; d < DIM; d++) {
                out[d] += Math.exp(z) * c.values[entry * DIM + d];
            }
        }
        double total = sum;
        return Arrays.stream(out).map(x -> x / total).toArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 7, 16, 61, 300})
    void weightsAreAddedToEveryEntryInTheOrderOfItsMembers(int count) {
        for (int entriesInUse : new int[] {1, 2, 5, 40}) {
            Random random = new Random(count * 41L + entriesInUse);
            int[] entries = random.ints(count, 0, entriesInUse).sorted().toArray();
            EntryMembers members = new EntryMembers();
            members.set(entries, new float[count], count);
            int first = random.nextInt(entriesInUse);
            int from = members.first(first);
            int to = members.first(first + 20);
            float[] weights = new float[to - from];
            float[] sums = new float[entriesInUse + 3];
            for (int i = 0; i < sums.length; i++) {
                sums[i] = random.nextFloat();
            }
            float[] oneByOne = sums.clone();
            for (int i = 0; i < weights.length; i++) {
                weights[i] = random.nextFloat();
                oneByOne[3 + entries[from + i] - first] += weights[i];
            }

            members.add(from, to, first, weights, sums, 3);

            assertThat(sums).containsExactly(oneByOne);
        }
    }

    @Test
    void membersFollowTheirEntriesAndGoWithThoseThatAreEvicted() {
        EntryMembers members = new EntryMembers();
        members.set(new int[] {1, 1, 4, 6, 9}, new float[] {.1f, .2f, .3f, .4f, .5f}, 5);

        members.keep(new int[] {0, 1, 6, 7, 9}, 5);

        assertThat(members.count()).isEqualTo(4);
        assertThat(new int[] {members.entry(0), members.entry(1), members.entry(2), members.entry(3)})
                .containsExactly(1, 1, 2, 4);
        assertThat(members.ratio(2)).isEqualTo(.4f);
        assertThat(members.bytes()).isEqualTo(4L * EntryMembers.BYTES);
    }

    @Test
    void membersOutOfOrderAreRefused() {
        assertThatThrownBy(() -> new EntryMembers().set(new int[] {3, 2}, new float[2], 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("entry 2");
    }
}
