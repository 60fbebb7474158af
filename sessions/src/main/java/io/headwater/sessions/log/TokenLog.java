/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.log;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log, opened: one writer, some readers. Owned by whoever opened it; its parts are for any thread. */
public final class TokenLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TokenLog.class);
    private static final Duration DRAIN = Duration.ofSeconds(5);

    private final LogWriter writer;
    private final LogReader reader;

    /** Held so that an embedded database stays open between two uses. */
    private final Connection anchor;

    private final @Nullable FileChannel lock;

    private TokenLog(Connection anchor, @Nullable FileChannel lock, LogWriter writer, LogReader reader) {
        this.anchor = anchor;
        this.lock = lock;
        this.writer = writer;
        this.reader = reader;
    }

    /**
     * The embedded database (SQLite) in a directory, which one server uses at a time. A commit is on the disk before it is confirmed, so what was told
     * survives the death of this process and of the machine (docs/decisions/0016).
     *
     * @throws LogException if it is in use, damaged, or of another version
     */
    public static TokenLog embedded(Path directory) throws LogException {
        Path file = directory.resolve("sessions.sqlite").toAbsolutePath();
        FileChannel lock = lock(directory.resolve("sessions.lock"));
        boolean opened = false;
        try {
            String url = "jdbc:sqlite:" + file + "?journal_mode=WAL&synchronous=FULL&busy_timeout=5000";
            TokenLog log = open(() -> DriverManager.getConnection(url), "the token log " + file, lock);
            opened = true;
            return log;
        } finally {
            if (!opened) {
                release(lock);
            }
        }
    }

    private static FileChannel lock(Path file) throws LogException {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (locked(channel)) {
                return channel;
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

    private static void release(@Nullable FileChannel lock) {
        if (lock != null) {
            try {
                lock.close();
            } catch (IOException e) {
                LOG.warn("the lock of the data directory is not released before this process ends: {}", e.getMessage());
            }
        }
    }

    /** The log in the database that these connections lead to. */
    public static TokenLog open(Connections connections, String name) throws LogException {
        return open(connections, name, null);
    }

    private static TokenLog open(Connections connections, String name, @Nullable FileChannel lock) throws LogException {
        try {
            Connection anchor = connections.open();
            boolean prepared = false;
            try {
                LogSchema.prepare(anchor);
                prepared = true;
                return new TokenLog(anchor, lock, LogWriter.start(connections, name), LogReader.start(connections));
            } finally {
                if (!prepared) {
                    anchor.close();
                }
            }
        } catch (SQLException e) {
            throw new LogException(
                    name + " cannot be opened: "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
                    e);
        }
    }

    public LogWriter writer() {
        return writer;
    }

    public LogReader reader() {
        return reader;
    }

    /** Writes what has been handed in, as far as that takes seconds only, and ends. */
    @Override
    public void close() {
        writer.close(DRAIN);
        reader.close();
        try {
            anchor.close();
        } catch (SQLException e) {
            LOG.debug("closing the token log: {}", e.getMessage()); // it broke before, and the writer has said so
        }
        release(lock);
    }
}
