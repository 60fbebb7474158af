/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.snapshot;

import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;

/** Bytes to read that come, as from a slow disk, a thousand or so at a time. */
public final class MemoryChannel implements SeekableByteChannel {
    private static final int MOST = 1021;

    private final byte[] bytes;
    private int at;

    public MemoryChannel(byte[] bytes) {
        this.bytes = bytes;
    }

    /** A segment of these bytes. */
    public static SnapshotSource source(String name, byte[] bytes) {
        return new SnapshotSource(name, new MemoryChannel(bytes));
    }

    @Override
    public int read(ByteBuffer into) {
        if (at >= bytes.length) {
            return -1;
        }
        int count = Math.min(MOST, Math.min(into.remaining(), bytes.length - at));
        into.put(bytes, at, count);
        at += count;
        return count;
    }

    @Override
    public long position() {
        return at;
    }

    @Override
    public SeekableByteChannel position(long position) {
        at = Math.toIntExact(position);
        return this;
    }

    @Override
    public long size() {
        return bytes.length;
    }

    @Override
    public int write(ByteBuffer source) {
        throw new NonWritableChannelException();
    }

    @Override
    public SeekableByteChannel truncate(long size) {
        throw new NonWritableChannelException();
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}
