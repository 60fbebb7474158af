/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.log;

import io.headwater.sessions.log.SessionEvent.Asked;
import io.headwater.sessions.log.SessionEvent.Budgeted;
import io.headwater.sessions.log.SessionEvent.Opened;
import io.headwater.sessions.log.SessionEvent.Sampled;
import io.headwater.sessions.log.SessionEvent.Told;
import io.headwater.sessions.log.SessionEvent.TurnEnded;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Writes batches over one connection, in the order in which they came. Owned by the writer's thread. */
final class LogRows implements AutoCloseable {
    private final Connection connection;
    private final PreparedStatement event;
    private final PreparedStatement opened;
    private final PreparedStatement running;
    private final PreparedStatement lastSeq;
    private final PreparedStatement known;
    private final PreparedStatement removeEvents;
    private final PreparedStatement removeSession;
    private final @Nullable Owners owners;

    /** {@code gateway}: whose rows they are in a log that is shared. */
    LogRows(Connection connection, @Nullable String gateway) throws SQLException {
        this.connection = connection;
        connection.setAutoCommit(false);
        event = connection.prepareStatement(
                "INSERT INTO EVENTS (SESSION, SEQ, KIND, TOLD, DATA) VALUES (?, ?, ?, ?, ?)");
        opened = connection.prepareStatement(
                "INSERT INTO SESSIONS (ID, CREATED, TOUCHED, PLAIN, RUNNING) VALUES (?, ?, ?, ?, FALSE)");
        running = connection.prepareStatement("UPDATE SESSIONS SET RUNNING = ?, TOUCHED = ? WHERE ID = ?");
        lastSeq = connection.prepareStatement("SELECT MAX(SEQ) FROM EVENTS WHERE SESSION = ?");
        known = connection.prepareStatement("SELECT DATA FROM EVENTS WHERE SESSION = ? AND SEQ = ?");
        removeEvents = connection.prepareStatement("DELETE FROM EVENTS WHERE SESSION = ?");
        removeSession = connection.prepareStatement("DELETE FROM SESSIONS WHERE ID = ?");
        owners = gateway == null ? null : new Owners(connection, gateway);
    }

    /** All in one transaction; {@code again}: some may be there already, from a commit whose end was not heard of. */
    void write(List<Batch> batches, boolean again) throws SQLException {
        if (owners != null) {
            owners.checkAlive();
        }
        for (Batch batch : owners == null ? batches : inOneOrder(batches)) {
            switch (batch) {
                case Batch.Append append -> append(append, again ? lastSeq(append.session()) : -1);
                case Batch.Remove remove -> remove(remove.session());
                case Batch.Claim claim -> shared().claim(claim.session());
                case Batch.Release release -> shared().release(release.session());
                case Batch.Want want -> shared().wish(want.wish());
            }
        }
        event.executeBatch();
        connection.commit();
    }

    /** Gateways that write the same sessions' rows at once must not wait for each other in a circle. A session's own batches stay in order. */
    private static List<Batch> inOneOrder(List<Batch> batches) {
        return batches.stream().sorted(Comparator.comparing(Batch::session)).toList();
    }

    private Owners shared() {
        return Objects.requireNonNull(owners, "this log has one owner");
    }

    private void append(Batch.Append append, int written) throws SQLException {
        for (int i = 0; i < append.events().size(); i++) {
            int seq = append.firstSeq() + i;
            if (seq > written) {
                add(append.session(), seq, append.events().get(i));
                mark(append, append.events().get(i));
            } else {
                checkSame(append.session(), seq, append.events().get(i));
            }
        }
    }

    private void add(String session, int seq, SessionEvent each) throws SQLException {
        event.setString(1, session);
        event.setInt(2, seq);
        event.setInt(3, EventCodec.kind(each));
        if (each instanceof Told told) {
            event.setInt(4, told.offset());
        } else {
            event.setNull(4, Types.INTEGER);
        }
        event.setString(5, EventCodec.write(each));
        event.addBatch();
    }

    private void mark(Batch.Append append, SessionEvent each) throws SQLException {
        switch (each) {
            case Opened first -> {
                opened.setString(1, append.session());
                opened.setLong(2, first.created());
                opened.setLong(3, append.millis());
                opened.setBoolean(4, first.plain());
                opened.executeUpdate();
                if (owners != null) {
                    owners.claim(append.session());
                }
            }
            case Asked _ -> running(append, true);
            case TurnEnded _ -> running(append, false);
            case Sampled _, Budgeted _ -> {}
        }
    }

    private void running(Batch.Append append, boolean runs) throws SQLException {
        running.setBoolean(1, runs);
        running.setLong(2, append.millis());
        running.setString(3, append.session());
        running.executeUpdate();
    }

    private int lastSeq(String session) throws SQLException {
        lastSeq.setString(1, session);
        try (ResultSet row = lastSeq.executeQuery()) {
            row.next();
            int last = row.getInt(1);
            return row.wasNull() ? -1 : last;
        }
    }

    /** What is there already must be what is written: otherwise a client would be told what the log does not have. */
    private void checkSame(String session, int seq, SessionEvent each) throws SQLException {
        known.setString(1, session);
        known.setInt(2, seq);
        try (ResultSet row = known.executeQuery()) {
            if (!row.next() || !row.getString(1).equals(asStored(EventCodec.write(each)))) {
                throw new SQLException("event " + seq + " of session " + session
                        + " is in the log already, and is another one: does a second server write to this log? End it");
            }
        }
    }

    /** Half a surrogate pair, which is no Unicode, becomes a question mark. */
    private static String asStored(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    private void remove(String session) throws SQLException {
        event.executeBatch(); // what came before it
        removeEvents.setString(1, session);
        removeEvents.executeUpdate();
        removeSession.setString(1, session);
        removeSession.executeUpdate();
        if (owners != null) {
            owners.release(session);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
