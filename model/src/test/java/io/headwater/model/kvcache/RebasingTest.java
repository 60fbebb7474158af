/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.kvcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.headwater.compression.KvPolicy;
import io.headwater.compression.Rotation;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.KvType;
import io.headwater.tensors.memory.ArenaOptions;
import io.headwater.tensors.memory.BlockArena;
import io.headwater.tensors.memory.SessionMemory;
import io.headwater.testing.AllocatorExtension;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the context ends positions start anew: which, and what becomes of keys and queries. */
@ExtendWith(AllocatorExtension.class)
final class RebasingTest {
    private static final int HEAD_DIM = 8;
    private static final int GROUP = 2;
    private static final int WINDOW = 5;
    private static final EntryState STATE = new EntryState(true, true, 0, WINDOW);

    /** As a model does it, one frequency a pair. */
    private static final Rotation ROTATION = new Rotation() {
        @Override
        public void rotate(float[] v, int at, int position) {
            turn(v, at, position);
        }

        @Override
        public void rotateBack(float[] v, int at, int position) {
            turn(v, at, -position);
        }
    };

    private static void turn(float[] v, int at, int position) {
        for (int pair = 0; pair < HEAD_DIM / 2; pair++) {
            double angle = position / Math.pow(10, pair);
            double x = v[at + 2 * pair];
            double y = v[at + 2 * pair + 1];
            v[at + 2 * pair] = (float) (x * Math.cos(angle) - y * Math.sin(angle));
            v[at + 2 * pair + 1] = (float) (x * Math.sin(angle) + y * Math.cos(angle));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 16, 17, 100})
    void positionsNeverReachTheContextAndStartAnewAtItsHalf(int context) throws Exception {
        Rebasing rebasing = Rebasing.of(KvOptions.of(KvPolicy.parse("keydiff"), 10), context);
        int position = 0;
        int rebased = 0;
        int due = rebasing.next(0);
        for (int tokens = 0; tokens < 10 * context; tokens++) {
            if (position == context) { // the next token's position would be the context's length
                assertThat(rebasing.due(tokens)).isTrue();
                assertThat(due).isEqualTo(tokens);
                due = rebasing.next(tokens);
                position = context / 2;
                rebased++;
            } else {
                assertThat(rebasing.due(tokens)).isFalse();
            }
            assertThat(rebasing.position(tokens)).isEqualTo(position);
            assertThat(rebasing.count(tokens)).isEqualTo(rebased);
            position++;
        }
    }

    @Test
    void aFullCacheIsNeverRebased() {
        Rebasing rebasing = Rebasing.of(KvOptions.NONE, 16);

        assertThat(rebasing.position(1_000_000)).isEqualTo(1_000_000);
        assertThat(rebasing.due(16)).isFalse();
        assertThat(rebasing.next(16)).isEqualTo(Integer.MAX_VALUE);
        assertThat(rebasing.count(1_000_000)).isZero();
    }

    @Test
    void keysAndQueriesAreThoseOfTheNewPositions(BufferAllocator root) {
        int tokens = 40;
        int base = 31; // no multiple of the window from 40: queries change their places
        int[] kept = {0, 1, 7, 20, 33, 37, 38, 39};
        float[] keys = random(tokens * HEAD_DIM, 1);
        float[] queries = random(tokens * GROUP * HEAD_DIM, 2);
        try (BlockArena arena = BlockArena.create(root, ArenaOptions.of("kv", 1 << 24));
                SequenceCache cache = cache(arena)) {
            fill(cache, keys, queries, tokens);
            HeadCache head = cache.head(0, 0);
            head.keep(kept, kept.length);

            head.rebase(base, ROTATION);

            assertThat(head.next()).isEqualTo(base);
            for (int entry = 0; entry < kept.length; entry++) {
                int position = base - kept.length + entry;
                assertThat(head.position(entry)).isEqualTo(position);
                float[] want = at(keys, kept[entry] * HEAD_DIM, position);
                for (int d = 0; d < HEAD_DIM; d++) {
                    assertThat(head.layout().key(head.memory(), head.block(0), entry, d))
                            .isCloseTo(want[d], within(1e-5f));
                }
            }
            float[] window = head.windowQueries();
            for (int row = 0; row < WINDOW; row++) {
                for (int member = 0; member < GROUP; member++) {
                    int token = tokens - WINDOW + row;
                    float[] want = at(queries, (token * GROUP + member) * HEAD_DIM, base - WINDOW + row);
                    for (int d = 0; d < HEAD_DIM; d++) {
                        assertThat(window[(row * GROUP + member) * HEAD_DIM + d])
                                .isCloseTo(want[d], within(1e-5f));
                    }
                }
            }
        }
    }

    @Test
    void moreEntriesThanPositionsBeforeTheBaseAreRefused(BufferAllocator root) {
        try (BlockArena arena = BlockArena.create(root, ArenaOptions.of("kv", 1 << 24));
                SequenceCache cache = cache(arena)) {
            fill(cache, random(9 * HEAD_DIM, 1), random(9 * GROUP * HEAD_DIM, 2), 9);

            assertThatThrownBy(() -> cache.head(0, 0).rebase(8, ROTATION))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("9 entries do not fit before position 8");
        }
    }

    private static SequenceCache cache(BlockArena arena) {
        SessionMemory memory = arena.open("session", Long.MAX_VALUE);
        HeadsShape shape = new HeadsShape(new KvLayout(HEAD_DIM, KvType.F32), 1, 1, GROUP);
        return new SequenceCache(arena, memory, shape, STATE, _ -> 64);
    }

    private static void fill(SequenceCache cache, float[] keys, float[] queries, int tokens) {
        assertThat(cache.reserve(tokens)).isZero();
        HeadCache head = cache.head(0, 0);
        IntStream.range(0, tokens).forEach(token -> {
            head.store(token, token, at(keys, token * HEAD_DIM, token), 0, new float[HEAD_DIM], 0);
            float[] group = new float[GROUP * HEAD_DIM];
            for (int member = 0; member < GROUP; member++) {
                float[] query = at(queries, (token * GROUP + member) * HEAD_DIM, token);
                System.arraycopy(query, 0, group, member * HEAD_DIM, HEAD_DIM);
            }
            head.storeQueries(token, tokens - 1, group, 0);
        });
        cache.advance(tokens);
    }

    /** A vector, turned by a position. */
    private static float[] at(float[] vectors, int from, int position) {
        float[] vector = new float[HEAD_DIM];
        System.arraycopy(vectors, from, vector, 0, HEAD_DIM);
        turn(vector, 0, position);
        return vector;
    }

    private static float[] random(int n, long seed) {
        Random random = new Random(seed);
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }
}
