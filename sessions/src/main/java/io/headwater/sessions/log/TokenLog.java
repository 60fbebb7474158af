/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.log;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
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

    private TokenLog(Connection anchor, LogWriter writer, LogReader reader) {
        this.anchor = anchor;
        this.writer = writer;
        this.reader = reader;
    }

    /**
     * The embedded database in a directory. {@code WRITE_DELAY=0} hands every commit to the operating system before it is confirmed, so what was
     * told survives the death of this process.
     *
     * @throws LogException if it is in use, damaged, or of another version
     */
    public static TokenLog embedded(Path directory) throws LogException {
        Path file = directory.resolve("sessions").toAbsolutePath();
        String url = "jdbc:h2:file:" + file
                + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE;MAX_LENGTH_INPLACE_LOB=1000000;CACHE_SIZE=32768";
        return open(() -> DriverManager.getConnection(url, "sa", ""), "the token log " + file + ".mv.db");
    }

    /** The log in the database that these connections lead to. */
    public static TokenLog open(Connections connections, String name) throws LogException {
        try {
            Connection anchor = connections.open();
            boolean prepared = false;
            try {
                LogSchema.prepare(anchor);
                prepared = true;
                return new TokenLog(anchor, LogWriter.start(connections, name), LogReader.start(connections));
            } finally {
                if (!prepared) {
                    anchor.close();
                }
            }
        } catch (SQLException e) {
            throw new LogException(
                    name + " cannot be opened (does another server use it?): "
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
    }
}
