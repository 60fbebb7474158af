/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.kvcache.Rebasing;
import io.headwater.model.kvcache.SequenceCache;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.KvType;
import io.headwater.tensors.memory.ArenaOptions;
import io.headwater.tensors.memory.BlockArena;
import io.headwater.testing.AllocatorExtension;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(AllocatorExtension.class)
final class SequenceTest {
    /** Of three heads in one layer the first is here, and has lost most of its entries to the others. */
    @Test
    void whatAHeadHoldsInTheMeanCountsTheHeadsOfOtherNodesToo(BufferAllocator root) {
        try (BlockArena arena = arena(root);
                Sequence sequence = new Sequence(1, KvOptions.NONE, Rebasing.NEVER, List.of(cache(arena)), 1 / 3.0)) {
            append(sequence, 10);
            assertThat(sequence.meanHead()).as("as many as here").isEqualTo(10);

            sequence.divided(new int[] {10, 40, 30});
            sequence.changed(0);
            assertThat(sequence.meanHead()).isEqualTo(27);
            append(sequence, 2);
            assertThat(sequence.meanHead()).isEqualTo(29);
        }
    }

    @Test
    void whereAllHeadsAreHereTheyAreCounted(BufferAllocator root) {
        try (BlockArena arena = arena(root);
                Sequence sequence = new Sequence(1, KvOptions.NONE, Rebasing.NEVER, List.of(cache(arena)), 1)) {
            append(sequence, 10);
            sequence.divided(new int[] {12});
            sequence.changed(0);
            assertThat(sequence.meanHead()).isEqualTo(10);
        }
    }

    private static void append(Sequence sequence, int rows) {
        assertThat(sequence.reserve(rows)).isZero();
        sequence.advance(rows);
    }

    private static BlockArena arena(BufferAllocator root) {
        return BlockArena.create(root, ArenaOptions.of("engine-0", Long.MAX_VALUE));
    }

    private static SequenceCache cache(BlockArena arena) {
        return new SequenceCache(
                arena, arena.open("session-1", Long.MAX_VALUE), new KvLayout(8, KvType.F32), 1, 1, 100);
    }
}
