/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.saved;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;

/** A file that somebody hears is being read or written: who waits for the end of that sees that it gets on. */
final class NotedChannel implements SeekableByteChannel {
    private final SeekableByteChannel file;
    private final FileProgress progress;

    NotedChannel(SeekableByteChannel file, FileProgress progress) {
        this.file = file;
        this.progress = progress;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        progress.getsOn();
        return file.read(into);
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        progress.getsOn();
        return file.write(from);
    }

    @Override
    public long position() throws IOException {
        return file.position();
    }

    @Override
    public SeekableByteChannel position(long to) throws IOException {
        file.position(to);
        return this;
    }

    @Override
    public long size() throws IOException {
        return file.size();
    }

    @Override
    public SeekableByteChannel truncate(long to) throws IOException {
        file.truncate(to);
        return this;
    }

    @Override
    public boolean isOpen() {
        return file.isOpen();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
