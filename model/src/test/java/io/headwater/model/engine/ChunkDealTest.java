/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import static io.headwater.tensors.kernels.Attention.CHUNK_ENTRIES;
import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.model.kvcache.SequenceCache;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.KvType;
import io.headwater.tensors.memory.ArenaOptions;
import io.headwater.tensors.memory.BlockArena;
import io.headwater.testing.AllocatorExtension;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(AllocatorExtension.class)
final class ChunkDealTest {
    private static final KvLayout LAYOUT = new KvLayout(4, KvType.BF16);
    private static final int ENOUGH = 1 << 20;

    /** A cache of one layer whose heads have these lengths. */
    private interface Look {
        void at(SequenceCache cache);
    }

    private static void with(BufferAllocator root, int[] lengths, Look look) {
        int most = IntStream.of(lengths).max().orElseThrow();
        try (BlockArena arena = BlockArena.create(root, ArenaOptions.of("engine-0", 1L << 30));
                SequenceCache cache =
                        new SequenceCache(arena, arena.open("session-1", 1L << 30), LAYOUT, 1, lengths.length, most)) {
            for (int head = 0; head < lengths.length; head++) {
                assertThat(cache.begin(0, head, lengths[head], lengths[head])).isZero();
            }
            look.at(cache);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void eachChunkIsOneWorkersAndNoneHasAChunkMoreThanAnother(long seed, BufferAllocator root) {
        Random random = new Random(seed);
        int[] lengths = random.ints(1 + random.nextInt(8), 1, 2000).toArray();
        int workers = 1 + random.nextInt(4);
        int rows = 1 + random.nextInt(4);
        Set<String> expected = new TreeSet<>();
        for (int head = 0; head < lengths.length; head++) {
            for (int from = 0; from < lengths[head] + rows; from += CHUNK_ENTRIES) {
                expected.add(head + "/" + from / CHUNK_ENTRIES);
            }
        }

        with(root, lengths, cache -> {
            Set<String> dealt = new TreeSet<>();
            int[] entries = new int[workers];
            for (int worker = 0; worker < workers; worker++) {
                ChunkDeal deal = new ChunkDeal();
                deal.deal(cache, 0, rows, worker, workers, ENOUGH);
                for (int i = 0; i < deal.count(); i++) {
                    assertThat(dealt.add(deal.head(i) + "/" + deal.chunk(i))).isTrue();
                    int behind = lengths[deal.head(i)] + rows - deal.chunk(i) * CHUNK_ENTRIES;
                    entries[worker] += Math.min(behind, CHUNK_ENTRIES);
                }
            }
            assertThat(dealt).isEqualTo(expected);
            assertThat(IntStream.of(entries).max().orElseThrow()
                            - IntStream.of(entries).min().orElseThrow())
                    .isLessThanOrEqualTo(CHUNK_ENTRIES);
        });
    }

    @Test
    void whatDoesNotStayNearItsWorkerIsNotDealt(BufferAllocator root) {
        with(root, new int[] {500, 499}, cache -> {
            ChunkDeal deal = new ChunkDeal();
            deal.deal(cache, 0, 1, 0, 2, 501);
            assertThat(deal.dealt()).isTrue();

            deal.deal(cache, 0, 1, 0, 2, 500);
            assertThat(deal.dealt()).isFalse();
        });
    }
}
