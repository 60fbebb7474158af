/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.log;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One gateway among those that share a log (docs/decisions/0022). A thread of its own gives a sign of life, looks who has given none for too long, whose
 * sessions are then nobody's, and hears which are and what others want. One transaction each time, so a gateway that cannot write does not judge others.
 */
final class Presence {
    private static final Logger LOG = LoggerFactory.getLogger(Presence.class);
    private static final int LOOKS_OF_A_LEASE = 10;
    /** Wishes are heard as late. */
    private static final Duration LONGEST_PERIOD = Duration.ofMillis(500);

    private static final Duration END = Duration.ofSeconds(5);

    private final Connections connections;
    private final String gateway;
    private final Duration period;
    private final Silence silence;
    private final CountDownLatch ending = new CountDownLatch(1);
    private final CompletableFuture<String> fenced = new CompletableFuture<>();
    private final Thread thread;
    private @Nullable Connection connection;
    private long lastNanos = System.nanoTime();
    /** The last look was none, and why has been said. */
    private boolean failing;

    private volatile @Nullable Neighbours neighbours;

    private Presence(Connections connections, String gateway, Duration lease) {
        this.connections = connections;
        this.gateway = gateway;
        Duration part = lease.dividedBy(LOOKS_OF_A_LEASE);
        this.period = part.compareTo(LONGEST_PERIOD) < 0 ? part : LONGEST_PERIOD;
        this.silence = new Silence(lease, period);
        this.thread = Thread.ofPlatform().daemon().name("log-presence").unstarted(this::run);
    }

    /** Joins the others, over a connection that stays the caller's. */
    static Presence begin(Connections connections, Connection first, Duration lease) throws SQLException {
        String process = ProcessHandle.current().pid() + "/"
                + UUID.randomUUID().toString().substring(0, 8);
        Presence presence = new Presence(connections, GatewayRows.join(first, process), lease);
        presence.thread.start();
        return presence;
    }

    /** This gateway's id. */
    String gateway() {
        return gateway;
    }

    /** Who hears from now on. */
    void tell(Neighbours hears) {
        neighbours = hears;
    }

    /** Completes with a sentence when this gateway was taken for dead. */
    CompletionStage<String> fenced() {
        return fenced;
    }

    /** The writer has found out first. */
    void fenced(FencedException found) {
        fenced.complete(String.valueOf(found.getMessage()));
    }

    private void run() {
        try {
            do {
                look();
            } while (!fenced.isDone() && !ending.await(period.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            drop();
        }
    }

    private void look() {
        try {
            Connection open = connection;
            if (open == null) {
                open = connections.open();
                connection = open;
                open.setAutoCommit(false);
            }
            look(open);
            if (failing) {
                failing = false;
                LOG.warn("this gateway gives signs of life again");
            }
        } catch (FencedException e) {
            fenced(e);
        } catch (SQLException | RuntimeException e) { // a bug, too, must not end the signs of life
            if (!failing) {
                failing = true;
                LOG.warn(
                        "this gateway can give no sign of life in the database, others take its sessions over if that lasts as long as --lease says: {}",
                        e.toString());
            }
            silence.forget();
            drop();
        }
    }

    private void look(Connection open) throws SQLException {
        GatewayRows.beat(open, gateway);
        Map<String, Long> others = GatewayRows.others(open, gateway);
        long now = System.nanoTime();
        List<String> buried = new ArrayList<>();
        for (Map.Entry<String, Long> dead :
                silence.look(others, now - lastNanos).entrySet()) {
            if (GatewayRows.bury(open, dead.getKey(), dead.getValue())) {
                buried.add(dead.getKey());
            }
        }
        lastNanos = now;
        List<String> orphans = GatewayRows.orphans(open);
        List<Wish> wishes = GatewayRows.wishes(open, gateway);
        open.commit();
        buried.forEach(each -> LOG.warn("gateway {} has given no sign of life: others take its sessions over", each));
        @Nullable Neighbours hears = neighbours;
        if (hears != null) {
            if (!orphans.isEmpty()) {
                hears.orphaned(orphans);
            }
            if (!wishes.isEmpty()) {
                hears.wished(wishes);
            }
        }
    }

    private void drop() {
        @Nullable Connection old = connection;
        connection = null;
        if (old != null) {
            try {
                old.close();
            } catch (SQLException e) {
                LOG.debug("closing a connection: {}", e.getMessage());
            }
        }
    }

    /** This gateway ends: what it owned is nobody's at once. */
    void end() {
        ending.countDown();
        try {
            if (!thread.join(END)) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try (Connection last = connections.open()) {
            GatewayRows.leave(last, gateway);
        } catch (SQLException e) {
            LOG.warn("this gateway's sessions are taken over after its lease only: {}", e.getMessage());
        }
    }
}
