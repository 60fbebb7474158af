/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.testing.AllocatorExtension;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.arrow.memory.BufferAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A thousand sessions that grow and shrink at random; half of them are killed on the way. */
@ExtendWith(AllocatorExtension.class)
class SessionSoakTest {
    private static final int SESSIONS = 1000;
    private static final int STEPS = 30;
    private static final int[] BLOCK_BYTES = {4 << 10, 8 << 10, 20 << 10};

    @Test
    void aThousandSessionsLeaveNothingBehind(BufferAllocator root) {
        long seed = Long.getLong("seed", 20261121);
        SplittableRandom random = new SplittableRandom(seed);
        long before = root.getAllocatedMemory();

        try (BlockArena arena = BlockArena.create(root, new ArenaOptions("engine-0", 512L << 20, 1 << 20, 0.5))) {
            List<Session> sessions = new ArrayList<>();
            for (int id = 0; id < SESSIONS; id++) {
                sessions.add(new Session(arena, id, random.split()));
            }
            for (int step = 0; step < STEPS; step++) {
                if (step == STEPS / 2) {
                    killHalf(sessions, random);
                }
                sessions.forEach(Session::step);
                assertSumsAgree(arena, sessions, root, "seed=" + seed + " step=" + step);
            }
            sessions.forEach(Session::kill);

            assertThat(arena.statistics().lentBytes()).as("seed=%d", seed).isZero();
            assertThat(arena.statistics().slabs()).as("seed=%d", seed).isEqualTo(1);
        }

        assertThat(root.getAllocatedMemory()).as("seed=%d", seed).isEqualTo(before);
    }

    private static void killHalf(List<Session> sessions, SplittableRandom random) {
        for (int killed = 0; killed < SESSIONS / 2; killed++) {
            sessions.remove(random.nextInt(sessions.size())).kill();
        }
    }

    private static void assertSumsAgree(BlockArena arena, List<Session> sessions, BufferAllocator root, String when) {
        ArenaStatistics statistics = arena.statistics();
        long held = sessions.stream().mapToLong(session -> session.heldBytes).sum();
        long charged = sessions.stream()
                .mapToLong(session -> session.memory.chargedBytes())
                .sum();

        assertThat(statistics.sessions()).as(when).isEqualTo(sessions.size());
        assertThat(statistics.lentBytes()).as(when).isEqualTo(held).isEqualTo(charged);
        assertThat(root.getAllocatedMemory()).as(when).isEqualTo(statistics.slabBytes());
    }

    /** Marks the first and last int of its blocks, so that a block given to two sessions is found. */
    private static final class Session {
        private final BlockArena arena;
        private final SessionMemory memory;
        private final int id;
        private final SplittableRandom random;
        private final List<Held> blocks = new ArrayList<>();
        private long heldBytes;

        Session(BlockArena arena, int id, SplittableRandom random) {
            this.arena = arena;
            this.memory = arena.open("session-" + id, 2 << 20);
            this.id = id;
            this.random = random;
        }

        void step() {
            if (random.nextInt(4) == 0) {
                shrink();
            } else {
                grow();
            }
        }

        void kill() {
            blocks.forEach(this::check);
            memory.close();
        }

        private void grow() {
            boolean taken = take();
            while (taken && random.nextInt(6) != 0) {
                taken = take();
            }
        }

        private boolean take() {
            int bytes = BLOCK_BYTES[random.nextInt(BLOCK_BYTES.length)];
            int block = memory.take(bytes);
            if (block >= 0) {
                hold(new Held(block, bytes));
            }
            return block >= 0;
        }

        private void shrink() {
            for (int i = blocks.size() / 2; i > 0; i--) {
                int at = random.nextInt(blocks.size());
                Held block = blocks.get(at);
                blocks.set(at, blocks.getLast());
                blocks.removeLast();
                check(block);
                heldBytes -= block.bytes;
                memory.free(block.index);
            }
        }

        private void hold(Held block) {
            blocks.add(block);
            heldBytes += block.bytes;
            bytes(block).set(ValueLayout.JAVA_INT, 0, id);
            bytes(block).set(ValueLayout.JAVA_INT, block.bytes - Integer.BYTES, id);
        }

        private void check(Held block) {
            assertThat(bytes(block).get(ValueLayout.JAVA_INT, 0)).isEqualTo(id);
            assertThat(bytes(block).get(ValueLayout.JAVA_INT, block.bytes - Integer.BYTES))
                    .isEqualTo(id);
        }

        private MemorySegment bytes(Held block) {
            return arena.segment(block.index).asSlice(arena.offset(block.index), block.bytes);
        }
    }

    private record Held(int index, int bytes) {}
}
