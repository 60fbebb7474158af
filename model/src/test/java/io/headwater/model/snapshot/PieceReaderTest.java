/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headwater.model.kvcache.HeadCache;
import io.headwater.model.kvcache.HeadsShape;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.kvcache.SequenceCache;
import io.headwater.tensors.kernels.EntryMembers;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.KvType;
import io.headwater.tensors.memory.ArenaOptions;
import io.headwater.tensors.memory.BlockArena;
import io.headwater.testing.AllocatorExtension;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.WriteChannel;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Members of heads of two pieces with two entries each: a head's own, all of them, or a refusal. */
@ExtendWith(AllocatorExtension.class)
final class PieceReaderTest {
    private static final int HEADS = 3;
    private static final int ENTRIES = 4;
    private static final int PIECE = 2;
    private static final KvLayout LAYOUT = new KvLayout(4, KvType.F32);

    private BufferAllocator allocator;
    private BlockArena arena;
    private SequenceCache cache;
    private PieceReader reader;

    @BeforeEach
    void open(BufferAllocator root) {
        allocator = root;
        arena = BlockArena.create(root, ArenaOptions.of("engine-0", 1L << 30));
        HeadsShape shape = new HeadsShape(LAYOUT, 1, HEADS, 1);
        cache = new SequenceCache(arena, arena.open("session", Long.MAX_VALUE), shape, KvOptions.NONE, 100);
        for (int head = 0; head < HEADS; head++) {
            assertThat(cache.begin(0, head, ENTRIES, ENTRIES)).isZero();
        }
        reader = new PieceReader(SnapshotHeader.of(
                new SnapshotOrigin("model", "session", 5),
                new SequencePoint(ENTRIES, 0),
                KvOptions.NONE,
                new HeadRange(LAYOUT, 1, 1, HEADS, 0, HEADS)));
    }

    @AfterEach
    void close() {
        cache.close();
        arena.close();
    }

    @Test
    void everyHeadHasItsOwnMembers() throws Exception {
        read(0, 0, new int[] {1, 0}, 0.5f);
        read(0, PIECE, new int[] {0, 2}, 0.25f, 0.75f);
        read(1, 0, null);
        read(1, PIECE, null);
        read(2, 0, new int[] {0, 0});
        read(2, PIECE, new int[] {1, 0}, 2);

        assertThat(members(0)).containsExactly(0, 3, 3);
        assertThat(cache.head(0, 1).members()).isNull();
        assertThat(members(2)).containsExactly(2);
    }

    @Test
    void membersBehindAPieceWithoutAreRefused() throws Exception {
        read(0, 0, new int[] {1, 0}, 0.5f);
        read(0, PIECE, new int[] {0, 1}, 0.25f);
        read(1, 0, null);

        assertThatThrownBy(() -> read(1, PIECE, new int[] {1, 0}, 0.5f))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the piece from entry 2 has members, unlike those before");
    }

    @Test
    void aLastPieceWithoutMembersBehindOneWithIsRefused() throws Exception {
        read(0, 0, new int[] {1, 0}, 0.5f);

        assertThatThrownBy(() -> read(0, PIECE, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the piece from entry 2 has no members, unlike those before");
    }

    @Test
    void countsThatCannotBeAreRefused() {
        assertThatThrownBy(() -> read(0, 0, new int[] {-1, 1}, 0.5f))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("entry 0 cannot have -1 members");
        assertThatThrownBy(() -> read(0, 0, new int[] {1, 2}, 0.5f, 0.5f))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("entry 1 cannot have 2 members");
        assertThatThrownBy(() -> read(0, 0, new int[] {1, 0}, 0.5f, 0.5f))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("more members than member_count says");
    }

    private int[] members(int head) {
        EntryMembers members = Objects.requireNonNull(cache.head(0, head).members());
        return IntStream.range(0, members.count()).map(members::entry).toArray();
    }

    private void read(int kvHead, int first, int @Nullable [] counts, float... ratios) throws Exception {
        byte[] bytes = piece(first, counts, ratios);
        Frames frames = new Frames(MemoryChannel.source("piece", bytes), bytes.length);
        HeadCache head = cache.head(0, kvHead);
        reader.read(new RowReader(frames.batch(), frames.body()), head, first, PIECE);
    }

    private byte[] piece(int first, int @Nullable [] counts, float... ratios) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (WriteChannel out = new WriteChannel(Channels.newChannel(bytes));
                RowBuilder row = new RowBuilder(allocator)) {
            row.list(PIECE, Integer.BYTES).putInt(first).putInt(first + 1);
            row.vectors(PIECE, LAYOUT.headDim(), Float.BYTES).put(new byte[PIECE * LAYOUT.headDim() * Float.BYTES]);
            row.vectors(PIECE, LAYOUT.headDim(), Float.BYTES).put(new byte[PIECE * LAYOUT.headDim() * Float.BYTES]);
            row.missing();
            if (counts == null) {
                row.missing();
                row.missing();
            } else {
                row.list(PIECE, Integer.BYTES).putInt(counts[0]).putInt(counts[1]);
                ByteBuffer memberRatios = row.list(ratios.length, Float.BYTES);
                for (float ratio : ratios) {
                    memberRatios.putInt(Float.floatToRawIntBits(ratio));
                }
            }
            try (ArrowRecordBatch batch = row.batch()) {
                MessageSerializer.serialize(out, batch);
            }
        }
        return bytes.toByteArray();
    }
}
