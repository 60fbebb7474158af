/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.kvcache;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.KvType;
import io.headwater.tensors.memory.ArenaOptions;
import io.headwater.tensors.memory.BlockArena;
import io.headwater.tensors.memory.Refusal;
import io.headwater.testing.AllocatorExtension;
import org.apache.arrow.memory.BufferAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(AllocatorExtension.class)
final class SequenceCacheTest {
    private static final int LAYERS = 2;
    private static final int KV_HEADS = 3;
    private static final int HEAD_DIM = 6;
    private static final int CAPACITY = 100;

    @ParameterizedTest
    @EnumSource
    void everyHeadKeepsItsOwnEntriesInStoredPrecision(KvType type, BufferAllocator root) {
        KvLayout layout = new KvLayout(HEAD_DIM, type);
        try (BlockArena arena = arena(root, Long.MAX_VALUE);
                SequenceCache cache = cache(arena, layout, Long.MAX_VALUE)) {
            for (int step = 0; step < CAPACITY; step += 20) { // blocks of 32 are filled in pieces
                assertThat(cache.reserve(20)).isZero();
                for (int index = 0; index < 20; index++) {
                    for (int i = 0; i < LAYERS * KV_HEADS; i++) {
                        HeadCache head = cache.head(i / KV_HEADS, i % KV_HEADS);
                        head.store(index, step + index, vector(i, step + index, 1), 0, vector(i, step + index, -1), 0);
                    }
                }
                cache.advance(20);
            }

            for (int i = 0; i < LAYERS * KV_HEADS; i++) {
                HeadCache head = cache.head(i / KV_HEADS, i % KV_HEADS);
                assertThat(head.length()).isEqualTo(CAPACITY);
                for (int entry = 0; entry < CAPACITY; entry++) {
                    long block = head.block(entry / KvLayout.BLOCK_ENTRIES);
                    for (int d = 0; d < HEAD_DIM; d++) {
                        int within = entry % KvLayout.BLOCK_ENTRIES;
                        assertThat(layout.key(head.memory(), block, within, d))
                                .as("head %d, entry %d", i, entry)
                                .isEqualTo(type.round(vector(i, entry, 1)[d]));
                        assertThat(layout.value(head.memory(), block, within, d))
                                .as("head %d, entry %d", i, entry)
                                .isEqualTo(type.round(vector(i, entry, -1)[d]));
                    }
                }
            }
        }
    }

    @Test
    void blocksAreChargedAsEntriesNeedThemAndFreedAtTheEnd(BufferAllocator root) {
        KvLayout layout = new KvLayout(HEAD_DIM, KvType.BF16);
        long block = SequenceCache.blockBytes(layout);
        try (BlockArena arena = arena(root, Long.MAX_VALUE)) {
            try (SequenceCache cache = cache(arena, layout, Long.MAX_VALUE)) {
                assertThat(cache.bytes()).isZero();
                cache.reserve(1);
                cache.advance(1);
                assertThat(cache.bytes()).isEqualTo(LAYERS * KV_HEADS * block);
                cache.reserve(31);
                assertThat(cache.bytes()).isEqualTo(LAYERS * KV_HEADS * block);
                cache.advance(31);
                cache.reserve(1);
                assertThat(cache.bytes()).isEqualTo(2 * LAYERS * KV_HEADS * block);
                assertThat(cache.peakBytes()).isEqualTo(cache.bytes());
            }
            assertThat(arena.statistics().lentBytes()).isZero();
        }
    }

    @Test
    void aRefusalLeavesWhatIsStoredAndALaterReserveGoesOn(BufferAllocator root) {
        KvLayout layout = new KvLayout(HEAD_DIM, KvType.BF16);
        long block = SequenceCache.blockBytes(layout);
        try (BlockArena arena = arena(root, Long.MAX_VALUE);
                SequenceCache cache = cache(arena, layout, (LAYERS * KV_HEADS + 2) * block)) {
            assertThat(cache.reserve(32)).isZero();
            cache.advance(32);

            assertThat(cache.reserve(1)).isEqualTo(Refusal.SESSION_LIMIT);

            assertThat(cache.head(1, 2).length()).isEqualTo(32);
            assertThat(cache.bytes()).isEqualTo((LAYERS * KV_HEADS + 2) * block);
            assertThat(cache.reserve(1)).isEqualTo(Refusal.SESSION_LIMIT);
        }
    }

    @Test
    void aBlockIsWholePages() {
        assertThat(SequenceCache.blockBytes(new KvLayout(64, KvType.BF16))).isEqualTo(8192);
        assertThat(SequenceCache.blockBytes(new KvLayout(64, KvType.F32))).isEqualTo(16384);
        assertThat(SequenceCache.blockBytes(new KvLayout(80, KvType.BF16))).isEqualTo(12288);
        assertThat(SequenceCache.blockBytes(new KvLayout(2, KvType.BF16))).isEqualTo(4096);
    }

    private static BlockArena arena(BufferAllocator root, long limitBytes) {
        return BlockArena.create(root, ArenaOptions.of("engine-0", limitBytes));
    }

    private static SequenceCache cache(BlockArena arena, KvLayout layout, long limitBytes) {
        return new SequenceCache(arena, arena.open("s", limitBytes), layout, LAYERS, KV_HEADS, CAPACITY);
    }

    private static float[] vector(int head, int entry, int sign) {
        float[] x = new float[HEAD_DIM];
        for (int d = 0; d < HEAD_DIM; d++) {
            x[d] = sign * (1 + head * 1000 + entry + d / 7f);
        }
        return x;
    }
}
