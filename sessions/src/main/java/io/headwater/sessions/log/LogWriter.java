/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.log;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the log on a thread of its own: what has come while it wrote goes into the next transaction, so commits group themselves, and a lone token
 * waits for nobody. A write that fails is tried again until it succeeds: nothing is confirmed meanwhile, so nothing is told, and afterwards nothing is
 * missing. A session hands in its next batch when the last one is confirmed, which bounds the queue by the number of sessions.
 */
public final class LogWriter {
    private static final Logger LOG = LoggerFactory.getLogger(LogWriter.class);
    private static final int MOST_BATCHES = 512;
    private static final long LEAST_PAUSE_MILLIS = 50;
    private static final long MOST_PAUSE_MILLIS = 2_000;
    private static final long LOOK_MILLIS = 100;

    private final Connections connections;
    private final String name;
    private final @Nullable Presence presence;
    private final BlockingQueue<Waiting> queue = new LinkedBlockingQueue<>();
    private final Thread thread;
    private @Nullable LogRows rows;
    private volatile boolean closing;
    private volatile String problem = "";
    private volatile CommitListener listener = (_, _) -> {};

    private LogWriter(Connections connections, String name, @Nullable Presence presence) {
        this.connections = connections;
        this.name = name;
        this.presence = presence;
        this.thread = Thread.ofPlatform().daemon().name("log-writer").unstarted(this::run);
    }

    /** {@code presence}: of this gateway among those that share the log. */
    static LogWriter start(Connections connections, String name, @Nullable Presence presence) {
        LogWriter writer = new LogWriter(connections, name, presence);
        writer.thread.start();
        return writer;
    }

    /** Hears of every commit, on the writer's thread. */
    @FunctionalInterface
    public interface CommitListener {
        /** {@code batches} are committed, {@code nanos} after the first of them was handed in. */
        void committed(int batches, long nanos);
    }

    /** Who hears of commits from now on. */
    public void onCommit(CommitListener hears) {
        listener = hears;
    }

    /** Completes on the writer's thread when the batch is committed; batches are committed in the order in which they are handed in. */
    public CompletionStage<Void> write(Batch batch) {
        Waiting waiting = new Waiting(batch, System.nanoTime(), new CompletableFuture<>());
        queue.add(waiting);
        return waiting.committed();
    }

    /** Why nothing can be written now; empty while all is well. */
    public String problem() {
        return problem;
    }

    /** Writes what is in the queue, for so long at most, and ends. */
    void close(Duration drain) {
        closing = true;
        try {
            if (!thread.join(drain)) {
                LOG.warn("{}: {} batches are not written: {}", name, queue.size(), problem);
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        List<Waiting> group = new ArrayList<>();
        try {
            while (!closing || !queue.isEmpty()) {
                @Nullable Waiting first = queue.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                if (first != null) {
                    group.add(first);
                    queue.drainTo(group, MOST_BATCHES - 1);
                    writeUntilWritten(group);
                    listener.committed(group.size(), System.nanoTime() - first.nanos());
                    group.forEach(each -> each.committed().complete(null));
                    group.clear();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (FencedException e) {
            fenced(e);
        } catch (RuntimeException | Error e) {
            problem = "its writer has ended: " + e;
            LOG.error("{}: its writer has ended, nothing is told before this server starts again", name, e);
            throw e;
        } finally {
            drop();
        }
    }

    private void writeUntilWritten(List<Waiting> group) throws InterruptedException, FencedException {
        List<Batch> batches = group.stream().map(Waiting::batch).toList();
        long pause = LEAST_PAUSE_MILLIS;
        for (boolean again = false; ; again = true) {
            try {
                LogRows open = rows;
                if (open == null) {
                    open = new LogRows(connections.open(), presence == null ? null : presence.gateway());
                    rows = open;
                }
                open.write(batches, again);
                recovered();
                return;
            } catch (FencedException e) {
                throw e;
            } catch (SQLException | RuntimeException e) { // a bug, too, must not end the thread in silence
                failed(e);
                TimeUnit.MILLISECONDS.sleep(pause);
                pause = Math.min(MOST_PAUSE_MILLIS, 2 * pause);
            }
        }
    }

    /** Nothing more is written or confirmed: another gateway may have gone on with what is in the queue. */
    private void fenced(FencedException e) {
        problem = String.valueOf(e.getMessage());
        LOG.error("{}: {}", name, problem);
        if (presence != null) {
            presence.fenced(e);
        }
    }

    private void failed(Exception cause) {
        String line = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
        if (problem.isEmpty()) {
            LOG.warn("{} cannot be written, so nothing is told until it can be (is the disk full?): {}", name, line);
        }
        problem = line.isEmpty() ? "unknown" : line;
        drop();
    }

    private void recovered() {
        if (!problem.isEmpty()) {
            LOG.warn("{} is written again: what had to wait is told now", name);
            problem = "";
        }
    }

    /** The connection may be broken: the next one is a new one. */
    private void drop() {
        @Nullable LogRows old = rows;
        rows = null;
        if (old != null) {
            try {
                old.close();
            } catch (SQLException e) {
                LOG.debug("{}: closing a broken connection: {}", name, e.getMessage());
            }
        }
    }

    private record Waiting(Batch batch, long nanos, CompletableFuture<Void> committed) {}
}
