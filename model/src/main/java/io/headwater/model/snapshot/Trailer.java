/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.snapshot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.util.zip.CRC32C;

/** The last bytes of a segment, little endian: {@code HWKVSNAP}, i64 length of the Arrow stream before, u32 CRC-32C of everything before the sum. */
final class Trailer {
    private static final long MARK = 0x50414E53_564B5748L;
    private static final int SUM_BYTES = Integer.BYTES;
    private static final int BYTES = Long.BYTES + Long.BYTES + SUM_BYTES;
    private static final int CHUNK = 1 << 16;
    private static final int MOST_EMPTY = 1000;

    private Trailer() {}

    static void write(ChecksumChannel out) throws IOException {
        ByteBuffer mark = buffer(Long.BYTES + Long.BYTES).putLong(MARK).putLong(out.count());
        out.write(mark.flip());
        out.write(buffer(SUM_BYTES).putInt(out.sum()).flip());
    }

    /** Reads the whole segment; returns the length of its Arrow stream if nothing has changed since it was written. */
    static long check(SnapshotSource source) throws SnapshotException, IOException {
        SeekableByteChannel channel = source.channel();
        long size = channel.size();
        if (size < BYTES) {
            throw SnapshotException.damaged(source.name(), "has " + size + " bytes, a snapshot has more: cut off");
        }
        ByteBuffer end = buffer(BYTES);
        readFully(channel.position(size - BYTES), end, source.name());
        end.flip();
        if (end.getLong() != MARK || end.getLong() != size - BYTES) {
            throw SnapshotException.damaged(
                    source.name(), "does not end as a snapshot does after " + size + " bytes: cut off or no snapshot");
        }
        int expected = end.getInt();
        int actual = sum(source, size - SUM_BYTES);
        if (actual != expected) {
            throw SnapshotException.damaged(
                    source.name(),
                    String.format(
                            "damaged, the CRC-32C of its %d bytes is %08x, it says %08x", size, actual, expected));
        }
        return size - BYTES;
    }

    private static int sum(SnapshotSource source, long bytes) throws SnapshotException, IOException {
        CRC32C sum = new CRC32C();
        ByteBuffer chunk = buffer(CHUNK);
        source.channel().position(0);
        for (long left = bytes; left > 0; left -= chunk.limit()) {
            chunk.clear().limit((int) Math.min(CHUNK, left));
            readFully(source.channel(), chunk, source.name());
            sum.update(chunk.flip());
        }
        return (int) sum.getValue();
    }

    static void readFully(SeekableByteChannel channel, ByteBuffer into, String name)
            throws SnapshotException, IOException {
        int empty = 0;
        while (into.hasRemaining()) {
            int read = channel.read(into);
            if (read < 0) {
                throw SnapshotException.damaged(name, "became shorter while it was read");
            }
            empty = read > 0 ? 0 : empty + 1;
            if (empty == MOST_EMPTY) {
                throw new IOException("the channel gave no byte " + empty + " times");
            }
        }
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
