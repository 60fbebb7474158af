/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headwater.testing.AllocatorExtension;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(AllocatorExtension.class)
class SessionMemoryTest {
    private static final int SLAB = 64 << 10;
    private static final int BLOCK = 8 << 10;
    private static final int BLOCKS_PER_SLAB = SLAB / BLOCK;

    private BufferAllocator root;
    private BlockArena arena;

    @BeforeEach
    void open(BufferAllocator root) {
        this.root = root;
        arena = BlockArena.create(root, new ArenaOptions("engine-0", 4 * SLAB, SLAB, 0.5));
    }

    @AfterEach
    void close() {
        arena.close();
    }

    @Test
    void blocksOfOneSessionDoNotOverlap() {
        try (SessionMemory session = arena.open("s", Long.MAX_VALUE)) {
            int[] blocks = new int[3 * BLOCKS_PER_SLAB];
            int taken = session.take(BLOCK, blocks, 0, blocks.length);
            for (int i = 0; i < taken; i++) {
                fill(blocks[i], (byte) i);
            }

            assertThat(taken).isEqualTo(blocks.length);
            for (int i = 0; i < taken; i++) {
                assertHolds(blocks[i], (byte) i);
            }
        }
    }

    @Test
    void aSessionAtItsLimitIsRefusedByAValue() {
        try (SessionMemory session = arena.open("s", 2 * BLOCK)) {
            int[] blocks = new int[3];

            assertThat(session.take(BLOCK, blocks, 0, 3)).isEqualTo(Refusal.SESSION_LIMIT);
            assertThat(session.chargedBytes()).isZero();
            assertThat(session.take(BLOCK, blocks, 0, 2)).isEqualTo(2);
            assertThat(session.take(BLOCK)).isEqualTo(Refusal.SESSION_LIMIT);

            session.setLimit(3 * BLOCK);

            assertThat(session.take(BLOCK)).isNotNegative();
        }
    }

    @Test
    void anArenaAtItsLimitIsRefusedByAValueAndTakesNothing() {
        try (SessionMemory session = arena.open("s", Long.MAX_VALUE)) {
            int[] blocks = new int[5 * BLOCKS_PER_SLAB];

            assertThat(session.take(BLOCK, blocks, 0, blocks.length)).isEqualTo(Refusal.ARENA_LIMIT);
            assertThat(session.chargedBytes()).isZero();
            assertThat(session.take(BLOCK, blocks, 0, 4 * BLOCKS_PER_SLAB)).isEqualTo(4 * BLOCKS_PER_SLAB);
        }
    }

    @Test
    void theSpareSlabGivesWayToArraysOnTheHeap() {
        int[] blocks = new int[3 * BLOCKS_PER_SLAB];
        try (SessionMemory session = arena.open("s", Long.MAX_VALUE)) {
            assertThat(session.take(BLOCK, blocks, 0, blocks.length)).isEqualTo(blocks.length);
            try (SessionMemory other = arena.open("t", Long.MAX_VALUE)) {
                assertThat(other.take(BLOCK)).isNotNegative();
                assertThat(session.chargeHeap(1)).isEqualTo(Refusal.ARENA_LIMIT);
            }

            assertThat(session.chargeHeap(SLAB)).isZero();
            assertThat(session.chargeHeap(SLAB + 1)).isEqualTo(Refusal.ARENA_LIMIT);
        }
    }

    @Test
    void arraysForWhichThereIsNoRoomAreCountedAndChargedWhenThereIs() {
        int[] blocks = new int[3 * BLOCKS_PER_SLAB];
        try (SessionMemory session = arena.open("s", Long.MAX_VALUE)) {
            assertThat(session.take(BLOCK, blocks, 0, blocks.length)).isEqualTo(blocks.length);
            try (SessionMemory other = arena.open("t", Long.MAX_VALUE)) {
                int block = other.take(BLOCK);
                session.oweHeap(200);
                session.oweHeap(100);
                assertThat(session.chargedBytes()).isEqualTo(3 * SLAB);
                assertThat(arena.usedBytes()).isEqualTo(3 * SLAB + BLOCK + 100);

                other.free(block);
                assertThat(session.chargedBytes()).isEqualTo(3 * SLAB + 100);
                assertThat(arena.usedBytes()).isEqualTo(3 * SLAB + 100);

                session.oweHeap(SLAB + 70);
                assertThat(arena.usedBytes()).isEqualTo(4 * SLAB + 70);
            }
        }
        assertThat(arena.usedBytes()).as("nothing is owed for who is gone").isZero();
    }

    @Test
    void theNodesLimitCountsToo() {
        root.setLimit(SLAB);
        try (SessionMemory session = arena.open("s", Long.MAX_VALUE)) {
            int[] blocks = new int[BLOCKS_PER_SLAB];

            assertThat(session.take(BLOCK, blocks, 0, BLOCKS_PER_SLAB)).isEqualTo(BLOCKS_PER_SLAB);
            assertThat(session.take(BLOCK)).isEqualTo(Refusal.ARENA_LIMIT);
        }
    }

    @Test
    void aSystemWithoutMemoryIsRefusedByAValue() {
        try (BlockArena starved = new BlockArena(root, ArenaOptions.of("engine-1", Long.MAX_VALUE), new NoPages());
                SessionMemory session = starved.open("s", Long.MAX_VALUE)) {
            assertThat(session.take(BLOCK)).isEqualTo(Refusal.SYSTEM);
            assertThat(session.chargedBytes()).isZero();
        }
    }

    @Test
    void freedBlocksServeAnotherSessionAtOnce() {
        try (SessionMemory one = arena.open("one", Long.MAX_VALUE);
                SessionMemory two = arena.open("two", Long.MAX_VALUE)) {
            int[] blocks = new int[4 * BLOCKS_PER_SLAB];
            one.take(BLOCK, blocks, 0, blocks.length);
            assertThat(two.take(BLOCK)).isEqualTo(Refusal.ARENA_LIMIT);

            one.free(blocks[5]);

            assertThat(two.take(BLOCK)).isEqualTo(blocks[5]);
        }
    }

    @Test
    void freeingTwiceIsAnError() {
        try (SessionMemory session = arena.open("s", Long.MAX_VALUE)) {
            int block = session.take(BLOCK);
            session.take(BLOCK);
            session.free(block);

            assertThatThrownBy(() -> session.free(block))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("engine-0/s: block=" + block);
        }
    }

    @Test
    void freeingAnothersBlockIsAnError() {
        try (SessionMemory one = arena.open("one", Long.MAX_VALUE);
                SessionMemory two = arena.open("two", Long.MAX_VALUE)) {
            int block = one.take(BLOCK);

            assertThatThrownBy(() -> two.free(block)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> one.free(block + 1)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> one.free(1 << 30)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void blockSizesThatAreNotPagesAreAnError() {
        try (SessionMemory session = arena.open("s", Long.MAX_VALUE)) {
            assertThatThrownBy(() -> session.take(5000)).hasMessageContaining("blockBytes=5000");
            assertThatThrownBy(() -> session.take(0)).hasMessageContaining("blockBytes=0");
            assertThatThrownBy(() -> session.take(2 * SLAB)).hasMessageContaining("slabBytes=" + SLAB);
        }
    }

    @Test
    void aClosedSessionTakesNothingAndClosesOnlyOnce() {
        SessionMemory session = arena.open("s", Long.MAX_VALUE);
        session.take(BLOCK);
        session.close();
        session.close();

        assertThatThrownBy(() -> session.take(BLOCK)).hasMessageContaining("engine-0/s");
    }

    @Test
    void blocksAreDistinctAcrossSizes() {
        try (SessionMemory session = arena.open("s", Long.MAX_VALUE)) {
            Set<Integer> pages = new HashSet<>();

            for (int blockPages : new int[] {1, 3, 5, 16, 1, 3}) {
                int block = session.take(blockPages * BlockArena.PAGE_BYTES);
                for (int page = 0; page < blockPages; page++) {
                    assertThat(pages.add(block + page)).isTrue();
                }
            }
        }
    }

    private void fill(int block, byte value) {
        arena.segment(block).asSlice(arena.offset(block), BLOCK).fill(value);
    }

    private void assertHolds(int block, byte value) {
        for (long i = 0; i < BLOCK; i++) {
            assertThat(arena.segment(block).get(ValueLayout.JAVA_BYTE, arena.offset(block) + i))
                    .isEqualTo(value);
        }
    }

    private static final class NoPages implements PageSource {
        @Override
        public Optional<MemorySegment> map(long bytes) {
            return Optional.empty();
        }

        @Override
        public void unmap(MemorySegment memory) {
            throw new AssertionError("nothing was mapped");
        }

        @Override
        public boolean giveBack(long address, long bytes) {
            throw new AssertionError("nothing was mapped");
        }
    }
}
