/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headwater.model.llama.LlamaModel;
import io.headwater.model.snapshot.SnapshotOrigin;
import io.headwater.tensors.memory.NodeMemory;
import io.headwater.testing.TinyModel;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a snapshot's buffers come from: the node's memory, by a name of their own, and within its limit. */
final class SnapshotMemoryTest {
    private static final int CONTEXT = 64;
    private static final int READ = 20;
    private static final SnapshotOrigin ORIGIN = new SnapshotOrigin(SnapshotRun.MODEL, "ab12", 77);

    @TempDir
    private Path directory;

    private LlamaModel model;
    private EngineGroup group;
    private Sequence sequence;

    @BeforeEach
    void start() throws Exception {
        model = LlamaModel.open(TinyModel.create()
                .heads(6, 3)
                .headDim(32)
                .contextLength(CONTEXT)
                .write(directory));
        group = EngineGroup.start(model, EngineOptions.of(1, 1, CONTEXT), LoadListener.SILENT);
        sequence = group.open();
        new SequenceFeed(group).forward(sequence, TinyRun.tokens(READ, group.vocabSize(), 5), 0, READ);
    }

    @AfterEach
    void stop() {
        group.close(sequence);
        group.close();
        model.close();
    }

    @Test
    void aNodeWithoutMemoryIsNamed() {
        try (NodeMemory small = new NodeMemory(1024)) {
            GroupSnapshots snapshots = new GroupSnapshots(0, 3, CONTEXT, small);

            assertThatThrownBy(() ->
                            snapshots.write(sequence, ORIGIN, Channels.newChannel(OutputStream.nullOutputStream())))
                    .isInstanceOf(NoKvMemoryException.class)
                    .hasMessage("no memory to write a snapshot of 20 tokens, of the node's 1024 bytes 0 are taken:"
                            + " close a session or raise the node's limit");
            assertThat(small.allocatedBytes()).isZero();
        }
    }

    @Test
    void buffersAreThoseOfAnAllocatorOfThatName() throws Exception {
        try (NodeMemory memory = new NodeMemory(Long.MAX_VALUE)) {
            Watching out = new Watching(memory);
            new GroupSnapshots(0, 3, CONTEXT, memory).write(sequence, ORIGIN, out);

            assertThat(out.names).containsExactly("snapshot");
            assertThat(memory.allocatedBytes()).isZero();
        }
    }

    /** Notes which allocators have memory while it is written to. */
    private static final class Watching implements WritableByteChannel {
        private final NodeMemory memory;
        private final Set<String> names = new HashSet<>();

        Watching(NodeMemory memory) {
            this.memory = memory;
        }

        @Override
        public int write(ByteBuffer source) {
            for (BufferAllocator child : memory.allocator().getChildAllocators()) {
                if (child.getAllocatedMemory() == memory.allocatedBytes() && memory.allocatedBytes() > 0) {
                    names.add(child.getName());
                }
            }
            int bytes = source.remaining();
            source.position(source.limit());
            return bytes;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
