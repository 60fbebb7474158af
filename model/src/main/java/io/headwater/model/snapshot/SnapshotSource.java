/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.snapshot;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A segment to read.
 *
 * @param name for messages
 * @param channel of nothing but the segment, from its begin
 */
public record SnapshotSource(String name, SeekableByteChannel channel) implements AutoCloseable {
    /** A file; closing the source closes it. */
    public static SnapshotSource open(Path file) throws IOException {
        return new SnapshotSource(file.toString(), FileChannel.open(file, StandardOpenOption.READ));
    }

    /** Reads all of the segment and makes sure that it is whole; answers what it says of itself, nothing of which has been compared with anything. */
    public SnapshotHeader header() throws SnapshotException {
        return read(Frames::header);
    }

    /** Makes sure that the segment is whole, then reads its messages. What a segment can be to blame for is told as damage, and nothing else. */
    <T> T read(Reading<T> reading) throws SnapshotException {
        try {
            return reading.from(new Frames(this, Trailer.check(this)));
        } catch (IOException e) {
            throw SnapshotException.unread(name, e);
        } catch (IllegalArgumentException
                | IndexOutOfBoundsException
                | BufferUnderflowException
                | NullPointerException
                | ClassCastException
                | ArithmeticException
                | NegativeArraySizeException e) {
            throw SnapshotException.damaged(name, "cannot be read as a snapshot (" + e + ")", e);
        }
    }

    /** What is made of a segment's messages. */
    @FunctionalInterface
    interface Reading<T> {
        T from(Frames frames) throws SnapshotException, IOException;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
