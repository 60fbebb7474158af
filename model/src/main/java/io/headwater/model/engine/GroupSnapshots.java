/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.model.snapshot.Restoration;
import io.headwater.model.snapshot.RestoreTarget;
import io.headwater.model.snapshot.SegmentWriter;
import io.headwater.model.snapshot.ShardHeads;
import io.headwater.model.snapshot.SnapshotException;
import io.headwater.model.snapshot.SnapshotHeader;
import io.headwater.model.snapshot.SnapshotOrigin;
import io.headwater.model.snapshot.SnapshotSource;
import io.headwater.tensors.memory.NodeMemory;
import io.headwater.tensors.memory.Refusal;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;

/** Writes and fills a group's sequences, between two steps, on the thread that calls the group. */
final class GroupSnapshots {
    private final int firstKvHead;
    private final int nKvHeads;
    private final int contextLength;
    private final NodeMemory memory;

    /** {@code firstKvHead} of the group's first shard. */
    GroupSnapshots(int firstKvHead, int nKvHeads, int contextLength, NodeMemory memory) {
        this.firstKvHead = firstKvHead;
        this.nKvHeads = nKvHeads;
        this.contextLength = contextLength;
        this.memory = memory;
    }

    private ShardHeads heads(Sequence sequence) {
        return new ShardHeads(firstKvHead, nKvHeads, sequence.caches());
    }

    /** @throws NoKvMemoryException if the node has no room for a piece */
    void write(Sequence sequence, SnapshotOrigin origin, WritableByteChannel out)
            throws IOException, NoKvMemoryException {
        ShardHeads heads = heads(sequence);
        SnapshotHeader header = SnapshotHeader.of(origin, sequence.point(), sequence.inForce(), heads.range());
        try (BufferAllocator allocator = memory.allocator().newChildAllocator("snapshot", 0, Long.MAX_VALUE)) {
            SegmentWriter.write(header, heads, allocator, out);
        } catch (OutOfMemoryException e) {
            NoKvMemoryException full = new NoKvMemoryException(
                    0,
                    "no memory to write a snapshot of " + sequence.position() + " tokens, of the node's "
                            + memory.limitBytes() + " bytes " + memory.allocatedBytes()
                            + " are taken: close a session or raise the node's limit");
            full.initCause(e);
            throw full;
        }
    }

    /** Fills an empty sequence, which is of no use if this fails. */
    void fill(Sequence empty, String model, List<SnapshotSource> sources)
            throws SnapshotException, NoKvMemoryException {
        ShardHeads heads = heads(empty);
        Restoration snapshot =
                Restoration.open(sources, new RestoreTarget(model, empty.inForce(), heads.range(), contextLength));
        int refusal = snapshot.fill(heads);
        if (refusal < 0) {
            throw new NoKvMemoryException(
                    0, "no KV memory to restore " + snapshot.at().position() + " tokens: " + Refusal.describe(refusal));
        }
        empty.beginAt(snapshot.at());
    }
}
