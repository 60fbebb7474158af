/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.snapshot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.zip.CRC32C;

/** Counts and sums what goes to another channel, which the caller closes. */
final class ChecksumChannel implements WritableByteChannel {
    private static final int MOST_REFUSED = 1000;

    private final WritableByteChannel out;
    private final CRC32C sum = new CRC32C();
    private long count;

    ChecksumChannel(WritableByteChannel out) {
        this.out = out;
    }

    /** Writes all of it, however little the channel takes at once; gives up on one that takes nothing again and again. */
    @Override
    public int write(ByteBuffer source) throws IOException {
        int bytes = source.remaining();
        sum.update(source.duplicate());
        int refused = 0;
        while (source.hasRemaining()) {
            refused = out.write(source) > 0 ? 0 : refused + 1;
            if (refused == MOST_REFUSED) {
                throw new IOException("the channel took none of " + source.remaining() + " bytes " + refused
                        + " times: give one that blocks until it can");
            }
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
