/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.snapshot;

import java.io.IOException;
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
        try {
            Frames frames = new Frames(this, Trailer.check(this));
            return HeaderText.parse(name, frames.schema().getCustomMetadata());
        } catch (IOException | RuntimeException e) {
            throw unreadable(e);
        }
    }

    /** What Arrow and files throw. */
    SnapshotException unreadable(Exception e) {
        return SnapshotException.damaged(name, "cannot be read as a snapshot (" + e + ")", e);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
