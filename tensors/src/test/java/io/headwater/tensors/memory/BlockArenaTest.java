/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headwater.testing.AllocatorExtension;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(AllocatorExtension.class)
class BlockArenaTest {
    private static final int SLAB = 256 << 10;
    private static final int BLOCK = 4 << 10;
    private static final int BLOCKS_PER_SLAB = SLAB / BLOCK;
    private static final ArenaOptions OPTIONS = new ArenaOptions("engine-0", Long.MAX_VALUE, SLAB, 0.5);

    private final CountingPages pages = new CountingPages();
    private BufferAllocator root;

    @BeforeEach
    void keep(BufferAllocator allocator) {
        root = allocator;
    }

    @Test
    void countsEachByteOnceFromSessionToRoot() {
        try (BlockArena arena = new BlockArena(root, OPTIONS, pages);
                SessionMemory one = arena.open("one", Long.MAX_VALUE);
                SessionMemory two = arena.open("two", Long.MAX_VALUE)) {
            take(one, 3);
            int[] ofTwo = take(two, BLOCKS_PER_SLAB);
            two.free(ofTwo, 0, 2);

            assertThat(one.chargedBytes()).isEqualTo(3 * BLOCK);
            assertThat(two.chargedBytes()).isEqualTo((BLOCKS_PER_SLAB - 2) * BLOCK);
            assertThat(two.peakBytes()).isEqualTo(BLOCKS_PER_SLAB * BLOCK);
            assertThat(root.getAllocatedMemory()).isEqualTo(2 * SLAB);
            assertThat(arena.statistics())
                    .isEqualTo(new ArenaStatistics(
                            2,
                            2,
                            2 * SLAB,
                            (BLOCKS_PER_SLAB + 1) * BLOCK,
                            (BLOCKS_PER_SLAB + 3) * BLOCK,
                            (BLOCKS_PER_SLAB - 3) * BLOCK));
        }
        assertThat(root.getAllocatedMemory()).isZero();
    }

    @Test
    void keepsOneFreeSlabAndUnmapsFurtherOnes() {
        try (BlockArena arena = new BlockArena(root, OPTIONS, pages)) {
            SessionMemory session = arena.open("s", Long.MAX_VALUE);
            take(session, 4 * BLOCKS_PER_SLAB);
            session.close();

            assertThat(arena.statistics().slabs()).isEqualTo(1);
            assertThat(pages.mapped).hasSize(1);
            assertThat(root.getAllocatedMemory()).isEqualTo(SLAB);
        }
        assertThat(pages.mapped).isEmpty();
    }

    @Test
    void cutsTheSpareSlabForAnotherBlockSize() {
        try (BlockArena arena = new BlockArena(root, OPTIONS, pages);
                SessionMemory session = arena.open("s", Long.MAX_VALUE)) {
            session.free(session.take(BLOCK));

            int block = session.take(3 * BLOCK);

            assertThat(block).isNotNegative();
            assertThat(session.chargedBytes()).isEqualTo(3 * BLOCK);
            assertThat(arena.statistics().slabs()).isEqualTo(1);
        }
    }

    @Test
    void fillsTheFullestSlabFirstSoThatOthersDrain() {
        try (BlockArena arena = new BlockArena(root, OPTIONS, pages);
                SessionMemory session = arena.open("s", Long.MAX_VALUE)) {
            int[] blocks = take(session, 2 * BLOCKS_PER_SLAB);
            session.free(blocks, 0, BLOCKS_PER_SLAB - 1);
            session.free(blocks[BLOCKS_PER_SLAB]);

            assertThat(session.take(BLOCK)).isEqualTo(blocks[BLOCKS_PER_SLAB]);
        }
    }

    @Test
    void givesBackWhatIsFreeInAMostlyFreeSlabAndNothingElse() {
        try (BlockArena arena = new BlockArena(root, OPTIONS, pages);
                SessionMemory kept = arena.open("kept", Long.MAX_VALUE);
                SessionMemory dropped = arena.open("dropped", Long.MAX_VALUE)) {
            int[] ofKept = new int[BLOCKS_PER_SLAB / 4];
            int[] ofDropped = new int[BLOCKS_PER_SLAB - ofKept.length];
            interleave(kept, ofKept, dropped, ofDropped);
            for (int block : ofKept) {
                arena.segment(block).asSlice(arena.offset(block), BLOCK).fill((byte) block);
            }

            dropped.free(ofDropped, 0, ofDropped.length);

            assertThat(pages.returnedBytes).isBetween((long) SLAB / 2, (long) ofDropped.length * BLOCK);
            assertThat(arena.statistics().returnedBytes()).isEqualTo(pages.returnedBytes);
            for (int block : ofKept) {
                for (long at = arena.offset(block); at < arena.offset(block) + BLOCK; at++) {
                    assertThat(arena.segment(block).get(ValueLayout.JAVA_BYTE, at))
                            .isEqualTo((byte) block);
                }
            }
        }
    }

    @Test
    void doesNotTrimAgainAndAgainAtTheThreshold() {
        try (BlockArena arena = new BlockArena(root, OPTIONS, pages);
                SessionMemory session = arena.open("s", Long.MAX_VALUE)) {
            int[] blocks = take(session, BLOCKS_PER_SLAB);
            session.free(blocks, 0, BLOCKS_PER_SLAB / 2);
            int before = pages.calls;

            for (int i = 0; i < 1000; i++) {
                session.free(session.take(BLOCK));
            }

            assertThat(before).isPositive();
            assertThat(pages.calls).isEqualTo(before);
        }
    }

    @Test
    void refusesToCloseOverOpenSessions() {
        BlockArena arena = new BlockArena(root, OPTIONS, pages);
        SessionMemory session = arena.open("forgotten", Long.MAX_VALUE);
        take(session, 1);

        assertThatThrownBy(arena::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("engine-0/forgotten");

        session.close();
        arena.close();
    }

    @Test
    void growsBeyondItsFirstTableOfSlabs() {
        try (BlockArena arena = new BlockArena(root, OPTIONS, pages);
                SessionMemory session = arena.open("s", Long.MAX_VALUE)) {
            int[] blocks = take(session, 40 * BLOCKS_PER_SLAB);
            for (int i = 0; i < blocks.length; i++) {
                arena.segment(blocks[i]).set(ValueLayout.JAVA_INT, arena.offset(blocks[i]), i);
            }

            for (int i = 0; i < blocks.length; i++) {
                assertThat(arena.segment(blocks[i]).get(ValueLayout.JAVA_INT, arena.offset(blocks[i])))
                        .isEqualTo(i);
            }
        }
    }

    @Test
    void optionsSayWhatIsWrong() {
        assertThatThrownBy(() -> new ArenaOptions("e", 1, 100_000, 0.5)).hasMessageContaining("slabBytes=100000");
        assertThatThrownBy(() -> new ArenaOptions("e", 1, SLAB, Double.NaN)).hasMessageContaining("trimShare=NaN");
        assertThatThrownBy(() -> ArenaOptions.of("e", -1)).hasMessageContaining("limitBytes=-1");
    }

    private static int[] take(SessionMemory session, int count) {
        int[] blocks = new int[count];
        assertThat(session.take(BLOCK, blocks, 0, count)).isEqualTo(count);
        return blocks;
    }

    /** One block of a, three of b, and so on, in one slab. */
    private static void interleave(SessionMemory a, int[] ofA, SessionMemory b, int[] ofB) {
        for (int i = 0; i < ofA.length; i++) {
            a.take(BLOCK, ofA, i, 1);
            b.take(BLOCK, ofB, 3 * i, 3);
        }
    }

    /** The system's pages, counted. */
    private static final class CountingPages implements PageSource {
        private final PageSource system = PageSource.ofSystem();
        private final Map<Long, Long> mapped = new HashMap<>();
        private long returnedBytes;
        private int calls;

        @Override
        public Optional<MemorySegment> map(long bytes) {
            Optional<MemorySegment> memory = system.map(bytes);
            memory.ifPresent(segment -> mapped.put(segment.address(), bytes));
            return memory;
        }

        @Override
        public void unmap(MemorySegment memory) {
            assertThat(mapped.remove(memory.address())).isEqualTo(memory.byteSize());
            system.unmap(memory);
        }

        @Override
        public boolean giveBack(long address, long bytes) {
            calls++;
            returnedBytes += bytes;
            system.giveBack(address, bytes);
            return true;
        }
    }
}
