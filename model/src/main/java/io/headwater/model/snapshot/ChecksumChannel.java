/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.snapshot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.zip.CRC32C;

/** Counts and sums what goes to another channel, which the caller closes. */
final class ChecksumChannel implements WritableByteChannel {
    private final WritableByteChannel out;
    private final CRC32C sum = new CRC32C();
    private long count;

    ChecksumChannel(WritableByteChannel out) {
        this.out = out;
    }

    /** Writes all of it, however little the channel takes at once. */
    @Override
    public int write(ByteBuffer source) throws IOException {
        int bytes = source.remaining();
        sum.update(source.duplicate());
        while (source.hasRemaining()) {
            out.write(source);
        }
        count += bytes;
        return bytes;
    }

    long count() {
        return count;
    }

    int sum() {
        return (int) sum.getValue();
    }

    @Override
    public boolean isOpen() {
        return out.isOpen();
    }

    @Override
    public void close() {}
}
