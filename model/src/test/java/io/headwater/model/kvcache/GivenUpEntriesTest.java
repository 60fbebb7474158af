/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.kvcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.atIndex;

import io.headwater.compression.KvPolicy;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.KvType;
import io.headwater.tensors.memory.ArenaOptions;
import io.headwater.tensors.memory.BlockArena;
import io.headwater.tensors.memory.SessionMemory;
import io.headwater.testing.AllocatorExtension;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Heads give entries up in place: what is kept moves with all that is known of it, and what is not is free. */
@ExtendWith(AllocatorExtension.class)
final class GivenUpEntriesTest {
    private static final int LAYERS = 2;
    private static final int KV_HEADS = 3;
    private static final int GROUP = 2;
    private static final int HEAD_DIM = 6;
    private static final int CONTEXT = 400;

    /** Sums and a ring, one float of state. */
    private static final EntryState EVERYTHING = new EntryState(true, true, 1, 5);

    @Test
    void whatWasReservedForEntriesThatDoNotComeIsFreedWithTheRest(BufferAllocator root) {
        try (BlockArena arena = arena(root);
                SequenceCache cache = cache(arena, KvType.F32, EVERYTHING)) {
            append(cache, 40);
            cache.head(1, 2).bias(3, 0.5f);
            cache.trim();
            long bytes = cache.bytes();

            assertThat(cache.reserve(300)).isZero();
            assertThat(cache.bytes()).isGreaterThan(2 * bytes);
            cache.trim();

            assertThat(cache.bytes()).as("also of biases").isEqualTo(bytes);
            assertThat(cache.head(1, 2).bias()).contains(0.5f, atIndex(3));
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsKeptMovesWithAllThatIsKnownOfIt(KvType type, BufferAllocator root) {
        try (BlockArena arena = arena(root);
                SequenceCache cache = cache(arena, type, EVERYTHING)) {
            append(cache, 90);
            append(cache, 110);
            HeadCache head = cache.head(1, 2);
            for (int entry = 0; entry < 200; entry++) {
                assertThat(head.position(entry)).isEqualTo(entry);
                assertThat(head.columnSum(entry)).isZero();
                assertThat(head.state(0, entry)).isNaN();
                head.columnSum(entry, entry + 0.5f);
                head.state(0, entry, -entry);
                if (entry % 3 == 0) {
                    head.bias(entry, entry * 0.25f);
                }
            }
            int[] kept = IntStream.range(0, 200)
                    .filter(entry -> entry % 7 != 1 && entry != 150)
                    .toArray();
            List<String> expected = new ArrayList<>();
            for (int entry : kept) {
                expected.add(describe(head, entry));
            }

            head.keep(kept, kept.length);
            cache.trim();

            assertThat(head.length()).isEqualTo(kept.length);
            for (int i = 0; i < kept.length; i++) {
                assertThat(describe(head, i)).isEqualTo(expected.get(i));
            }
            assertThat(cache.head(1, 1).length()).isEqualTo(200);
            assertThat(cache.head(1, 1).position(199)).isEqualTo(199);
            append(cache, 3);
            assertThat(head.position(kept.length)).isEqualTo(200);
            assertThat(head.columnSum(kept.length)).isZero();
            assertThat(head.state(0, kept.length)).isNaN();
            assertThat(biasOf(head, kept.length)).isZero();
        }
    }

    @Test
    void anEntryCanBeOverwritten(BufferAllocator root) {
        try (BlockArena arena = arena(root);
                SequenceCache cache = cache(arena, KvType.BF16, EVERYTHING)) {
            append(cache, 40);
            HeadCache head = cache.head(0, 0);
            float[] merged = {9, 8, 7, 6, 5, 4, 3, 2};
            head.key(33, merged, 1);
            head.value(33, merged, 2);

            KvLayout layout = head.layout();
            for (int d = 0; d < HEAD_DIM; d++) {
                assertThat(layout.key(head.memory(), head.block(1), 1, d)).isEqualTo(merged[1 + d]);
                assertThat(layout.value(head.memory(), head.block(1), 1, d)).isEqualTo(merged[2 + d]);
            }
        }
    }

    @Test
    void aLayerThatReadsFewerTokensHasThemAtTheirPositionsAndTheLastQueriesWhateverTheSteps(BufferAllocator root) {
        int[] places = {0, 10, 30, 31, 35, 36, 37, 38, 39};
        for (int chunk : new int[] {1, 2, 3, 7, 9}) {
            try (BlockArena arena = arena(root);
                    SequenceCache cache = cache(arena, KvType.F32, EVERYTHING)) {
                assertThat(cache.reserveStage(40, 0, 1, 300, HEAD_DIM)).isZero();
                cache.advance(40, 40, 0, 1);
                HeadCache head = cache.head(1, 2);
                assertThat(head.length()).isZero();
                for (int at = 0; at < places.length; at += chunk) {
                    int rows = Math.min(chunk, places.length - at);
                    assertThat(cache.reserveStage(rows, 1, 2, 300, HEAD_DIM)).isZero();
                    int last = places[at + rows - 1];
                    for (int row = rows - 1; row >= 0; row--) { // in any order: workers share rows out
                        float[] vector = new float[GROUP * HEAD_DIM];
                        Arrays.fill(vector, places[at + row]);
                        head.store(row, places[at + row], vector, 0, vector, 0);
                        head.storeQueries(places[at + row], last, vector, 0);
                    }
                    cache.advance(rows, last + 1, 1, 2);
                }
                assertThat(IntStream.range(0, head.length()).map(head::position))
                        .containsExactly(box(places));
                assertThat(head.next()).isEqualTo(40);
                for (int i = 0; i < 5; i++) {
                    assertThat(head.windowQueries()[i * GROUP * HEAD_DIM]).isEqualTo(35 + i);
                }
                long charged = cache.bytes();
                cache.segment().clear();
                cache.trim();
                assertThat(cache.bytes()).isEqualTo(charged - 2 * 256L * HEAD_DIM * Float.BYTES);
            }
        }
    }

    private static Integer[] box(int... values) {
        return IntStream.of(values).boxed().toArray(Integer[]::new);
    }

    @Test
    void freedBlocksAreAnotherSequencesAtOnceAndAccountsEndAtZero(BufferAllocator root) {
        KvLayout layout = new KvLayout(HEAD_DIM, KvType.BF16);
        int block = SequenceCache.blockBytes(layout);
        try (BlockArena arena = arena(root);
                SequenceCache other = cache(arena, KvType.BF16, EntryState.NONE)) {
            try (SequenceCache cache = cache(arena, KvType.BF16, EVERYTHING)) {
                append(cache, 320);
                long full = cache.bytes();
                long slabs = arena.statistics().slabBytes();
                assertThat(full).isGreaterThan(LAYERS * KV_HEADS * 10L * block);
                for (int i = 0; i < LAYERS * KV_HEADS; i++) {
                    cache.head(i / KV_HEADS, i % KV_HEADS)
                            .keep(IntStream.range(0, 33).toArray(), 33);
                }
                cache.trim();

                assertThat(cache.bytes()).isEqualTo(2L * LAYERS * KV_HEADS * block + cache.scoreBytes() + positions(2));
                assertThat(cache.peakBytes()).isEqualTo(full);
                append(other, 8 * KvLayout.BLOCK_ENTRIES);
                assertThat(other.bytes()).isEqualTo(8L * LAYERS * KV_HEADS * block);
                assertThat(arena.statistics().slabBytes())
                        .as("the other sequence lives in what was freed")
                        .isEqualTo(slabs);
            }
            assertThat(arena.statistics().lentBytes()).isEqualTo(other.bytes());
        }
        assertThat(root.getAllocatedMemory()).isZero();
    }

    /** Three columns of six heads share a page. */
    private static long positions(int blocks) {
        return blocks * 4096L - blocks * 4096L * 2 / 3;
    }

    @Test
    void headsMayDifferInLength(BufferAllocator root) {
        try (BlockArena arena = arena(root);
                SequenceCache cache = cache(arena, KvType.BF16, EVERYTHING)) {
            append(cache, 100);
            cache.head(0, 0).keep(new int[] {4, 99}, 2);
            cache.trim();
            append(cache, 1);

            assertThat(cache.longest()).isEqualTo(101);
            assertThat(cache.head(0, 0).length()).isEqualTo(3);
            assertThat(cache.head(0, 0).position(1)).isEqualTo(99);
            assertThat(cache.head(0, 0).position(2)).isEqualTo(100);
            assertThat(cache.head(1, 0).position(100)).isEqualTo(100);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theRingHoldsTheLastQueriesInStoredPrecisionWhateverTheSteps(KvType type, BufferAllocator root) {
        Random random = new Random(3);
        float[] queries = new float[CONTEXT * GROUP * HEAD_DIM];
        for (int i = 0; i < queries.length; i++) {
            queries[i] = (float) random.nextGaussian();
        }
        for (int chunk : new int[] {1, 3, 5, 7, 64}) {
            try (BlockArena arena = arena(root);
                    SequenceCache cache = cache(arena, type, EVERYTHING)) {
                HeadCache head = cache.head(1, 1);
                for (int at = 0; at < 75; at += chunk) {
                    int rows = Math.min(chunk, 75 - at);
                    assertThat(cache.reserve(rows)).isZero();
                    for (int row = 0; row < rows; row++) {
                        head.storeQueries(at + row, at + rows - 1, queries, (at + row) * GROUP * HEAD_DIM);
                    }
                    cache.advance(rows);
                    assertThat(head.windowLength()).isEqualTo(Math.min(5, at + rows));
                }
                float[] window = head.windowQueries();
                for (int i = 0; i < 5 * GROUP * HEAD_DIM; i++) {
                    assertThat(window[i]).isEqualTo(type.round(queries[70 * GROUP * HEAD_DIM + i]));
                }
            }
        }
    }

    @Test
    void aFullCacheCostsNothingMore(BufferAllocator root) {
        KvLayout layout = new KvLayout(HEAD_DIM, KvType.BF16);
        try (BlockArena arena = arena(root);
                SequenceCache cache = cache(arena, KvType.BF16, EntryState.NONE)) {
            append(cache, 64);
            assertThat(cache.bytes()).isEqualTo(2L * LAYERS * KV_HEADS * SequenceCache.blockBytes(layout));
            assertThat(cache.scoreBytes()).isZero();
            assertThat(cache.head(0, 0).bias()).isNull();
            assertThat(cache.head(0, 0).position(63)).isEqualTo(63);
            assertThat(cache.fullBytes(64)).isEqualTo(cache.bytes());
        }
    }

    @Test
    void biasArraysAreChargedToTheSession(BufferAllocator root) {
        try (BlockArena arena = arena(root);
                SequenceCache cache = cache(arena, KvType.BF16, EVERYTHING)) {
            append(cache, 100);
            long before = cache.bytes();
            long scores = cache.scoreBytes();
            cache.head(0, 1).bias(7, 0.5f);
            cache.trim();
            assertThat(cache.bytes()).isEqualTo(before + 4 * 128);
            assertThat(cache.scoreBytes()).isEqualTo(scores + 4 * 128);
            append(cache, 29);
            assertThat(cache.bytes()).isGreaterThanOrEqualTo(before + 4 * 256);
            assertThat(biasOf(cache.head(0, 1), 7)).isEqualTo(0.5f);
        }
        assertThat(root.getAllocatedMemory()).isZero();
    }

    @Test
    void aPolicyReservesItsBudgetAndWhatComesBetweenTwoChanges() throws Exception {
        KvOptions options = new KvOptions(KvPolicy.parse("knorm"), 256, 64, 1024);
        assertThat(options.mostEntries(8192)).isEqualTo(1280);
        assertThat(options.mostEntries(1000)).isEqualTo(1000);
        assertThat(KvOptions.NONE.mostEntries(8192)).isEqualTo(8192);
    }

    private static String describe(HeadCache head, int entry) {
        StringBuilder text = new StringBuilder();
        KvLayout layout = head.layout();
        long block = head.block(entry / KvLayout.BLOCK_ENTRIES);
        for (int d = 0; d < HEAD_DIM; d++) {
            text.append(layout.key(head.memory(), block, entry % KvLayout.BLOCK_ENTRIES, d))
                    .append(' ')
                    .append(layout.value(head.memory(), block, entry % KvLayout.BLOCK_ENTRIES, d))
                    .append(' ');
        }
        return text.append(head.position(entry))
                .append(' ')
                .append(head.columnSum(entry))
                .append(' ')
                .append(head.state(0, entry))
                .append(' ')
                .append(biasOf(head, entry))
                .toString();
    }

    private static float biasOf(HeadCache head, int entry) {
        float[] bias = head.bias();
        return bias == null ? 0 : bias[entry];
    }

    private static void append(SequenceCache cache, int rows) {
        assertThat(cache.reserve(rows)).isZero();
        Random random = new Random(rows);
        float[] vector = new float[HEAD_DIM];
        for (int i = 0; i < LAYERS * KV_HEADS; i++) {
            for (int row = 0; row < rows; row++) {
                for (int d = 0; d < HEAD_DIM; d++) {
                    vector[d] = (float) random.nextGaussian();
                }
                HeadCache head = cache.head(i / KV_HEADS, i % KV_HEADS);
                head.store(row, head.next() + row, vector, 0, vector, 0);
            }
        }
        cache.advance(rows);
    }

    private static BlockArena arena(BufferAllocator root) {
        return BlockArena.create(root, ArenaOptions.of("engine-0", Long.MAX_VALUE));
    }

    private static SequenceCache cache(BlockArena arena, KvType type, EntryState kept) {
        SessionMemory memory = arena.open("s", Long.MAX_VALUE);
        HeadsShape shape = new HeadsShape(new KvLayout(HEAD_DIM, type), LAYERS, KV_HEADS, GROUP);
        return new SequenceCache(arena, memory, shape, kept, _ -> CONTEXT);
    }
}
