/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.log;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps a second server out of a data directory. The system releases it when this process ends, however it does. */
final class DirectoryLock implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryLock.class);

    private final FileChannel channel;

    private DirectoryLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Makes the directory where there is none.
     *
     * @throws LogException if another server has it
     */
    static DirectoryLock take(Path directory) throws LogException {
        Path file = directory.resolve("sessions.lock").toAbsolutePath();
        try {
            Files.createDirectories(file.getParent());
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (locked(channel)) {
                return new DirectoryLock(channel);
            }
            channel.close();
        } catch (IOException e) {
            throw new LogException("the data directory cannot be used: " + e, e);
        }
        throw new LogException("another server uses the data directory " + file.getParent()
                + ": end it, or give another directory with --data");
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException _) {
            return false; // held in this process
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.warn("the lock of the data directory is not released before this process ends: {}", e.getMessage());
        }
    }
}
