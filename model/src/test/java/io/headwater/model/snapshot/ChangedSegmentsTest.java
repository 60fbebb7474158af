/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.snapshot;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.headwater.model.kvcache.HeadsShape;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.kvcache.SequenceCache;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.KvType;
import io.headwater.tensors.memory.ArenaOptions;
import io.headwater.tensors.memory.BlockArena;
import io.headwater.testing.AllocatorExtension;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Files that change or fail under the reader: the segment is not to blame. */
@ExtendWith(AllocatorExtension.class)
final class ChangedSegmentsTest {
    private static final int READ = 3;
    private static final KvLayout LAYOUT = new KvLayout(4, KvType.F32);
    private static final HeadRange HEADS = new HeadRange(LAYOUT, 1, 1, 1, 0, 1);

    @TempDir
    private Path directory;

    private Path file;
    private BufferAllocator allocator;
    private BlockArena arena;

    @BeforeEach
    void write(BufferAllocator root) throws Exception {
        allocator = root;
        arena = BlockArena.create(root, ArenaOptions.of("engine-0", 1L << 30));
        file = directory.resolve("session.kv");
        Files.write(file, segment(5));
    }

    @AfterEach
    void close() {
        arena.close();
    }

    /** Of the same shape, and as far as the first. */
    @Test
    void aSegmentThatIsReplacedWhileItIsReadIsNotTaken() throws Exception {
        try (SnapshotSource source = SnapshotSource.open(file);
                SequenceCache cache = cache()) {
            Restoration restoration = open(source);
            Files.write(file, segment(6));

            assertThatThrownBy(() -> restoration.fill(heads(cache)))
                    .isInstanceOf(SnapshotException.class)
                    .hasMessage(file + ": was replaced by another snapshot while it was read: restore that one");
        }
    }

    @Test
    void aFileThatFailsIsNotCalledDamaged() throws Exception {
        try (SnapshotSource source = SnapshotSource.open(file);
                SequenceCache cache = cache()) {
            Restoration restoration = open(source);
            source.channel().close();
            String message = file + ": could not be read: java.nio.channels.ClosedChannelException; try again";

            assertThatThrownBy(source::header)
                    .isInstanceOf(SnapshotException.class)
                    .hasMessage(message);
            assertThatThrownBy(() -> restoration.fill(heads(cache)))
                    .isInstanceOf(SnapshotException.class)
                    .hasMessage(message);
        }
    }

    @Test
    void aMistakeOfTheProgramIsNotCalledDamage() {
        SnapshotSource source = source((_, _, _) -> {
            throw new IllegalStateException("a mistake");
        });
        assertThatThrownBy(source::header)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a mistake");
    }

    @Test
    void aChannelThatGivesNothingIsGivenUp() {
        SnapshotSource source = source((channel, method, _) -> switch (method.getName()) {
            case "size" -> 100L;
            case "position" -> channel;
            default -> 0;
        });
        assertTimeoutPreemptively(
                Duration.ofSeconds(30),
                () -> assertThatThrownBy(source::header)
                        .isInstanceOf(SnapshotException.class)
                        .hasMessage("file: could not be read: java.io.IOException: the channel gave no byte 1000 times;"
                                + " try again"));
    }

    private static SnapshotSource source(InvocationHandler channel) {
        return new SnapshotSource("file", (SeekableByteChannel) Proxy.newProxyInstance(
                ChangedSegmentsTest.class.getClassLoader(), new Class<?>[] {SeekableByteChannel.class}, channel));
    }

    private static Restoration open(SnapshotSource source) throws SnapshotException {
        return Restoration.open(List.of(source), new RestoreTarget("model", KvOptions.NONE, HEADS, 100));
    }

    private SequenceCache cache() {
        HeadsShape shape = new HeadsShape(LAYOUT, 1, 1, 1);
        return new SequenceCache(arena, arena.open("session", Long.MAX_VALUE), shape, KvOptions.NONE, 100);
    }

    private static ShardHeads heads(SequenceCache cache) {
        return new ShardHeads(0, 1, List.of(cache));
    }

    private byte[] segment(long logOffset) throws IOException {
        SnapshotOrigin origin = new SnapshotOrigin("model", "session", logOffset);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (SequenceCache cache = cache()) {
            int _ = cache.reserve(READ);
            for (int at = 0; at < READ; at++) {
                cache.head(0, 0).store(at, at, new float[] {1, 2, 3, at}, 0, new float[4], 0);
            }
            cache.advance(READ);
            SegmentWriter.write(
                    SnapshotHeader.of(origin, new SequencePoint(READ, 0), KvOptions.NONE, HEADS),
                    heads(cache),
                    allocator,
                    Channels.newChannel(bytes));
        }
        return bytes.toByteArray();
    }
}
