/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.memory;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.headwater.testing.AllocatorExtension;
import java.lang.management.ManagementFactory;
import org.apache.arrow.memory.BufferAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(AllocatorExtension.class)
class HeapPerBlockTest {
    private static final int BLOCK = 4 << 10;
    private static final int HEADS = 90; // 30 layers × 3 KV heads
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void takingResolvingAndFreeingAllocateNothing(BufferAllocator root) {
        try (BlockArena arena = BlockArena.create(root, ArenaOptions.of("engine-0", Long.MAX_VALUE));
                SessionMemory kept = arena.open("kept", Long.MAX_VALUE);
                SessionMemory session = arena.open("s", Long.MAX_VALUE)) {
            int[] blocks = new int[HEADS];
            kept.take(BLOCK);
            cycles(arena, session, blocks, 200); // class loading

            long[] sum = new long[1];
            long allocated = leastAllocated(() -> sum[0] = cycles(arena, session, blocks, 2_000));

            assertThat(sum[0]).isNotZero();
            assertThat(allocated).isZero();
        }
    }

    @Test
    void refusingAllocatesNothing(BufferAllocator root) {
        try (BlockArena arena = BlockArena.create(root, ArenaOptions.of("engine-0", 0));
                SessionMemory session = arena.open("s", BLOCK)) {
            int[] blocks = new int[2];
            refusals(session, blocks, 200);

            long[] sum = new long[1];
            long allocated = leastAllocated(() -> sum[0] = refusals(session, blocks, 2_000));

            assertThat(sum[0]).isEqualTo(2_000L * (Refusal.SESSION_LIMIT + Refusal.ARENA_LIMIT));
            assertThat(allocated).isZero();
        }
    }

    /** The least of five rounds: the JVM itself allocates a little on a thread now and then (72 to 208 bytes seen). */
    private static long leastAllocated(Runnable round) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            round.run();
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }

    private static long cycles(BlockArena arena, SessionMemory session, int[] blocks, int count) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            session.take(BLOCK, blocks, 0, HEADS);
            for (int block : blocks) {
                sum += arena.segment(block).address() + arena.offset(block);
            }
            session.free(blocks, 0, HEADS);
        }
        return sum;
    }

    private static long refusals(SessionMemory session, int[] blocks, int count) {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += session.take(BLOCK, blocks, 0, 2) + session.take(BLOCK);
        }
        return sum;
    }
}
