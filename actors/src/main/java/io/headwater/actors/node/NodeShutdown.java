/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.node;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.typed.ActorSystem;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a node, also one that was only half started, in reverse order: its actors, its engines, then the model and the media, and these only if
 * nothing can use them any more: a model unmapped under a worker would end the process worse. Owned by whoever starts, then closes, the node.
 */
final class NodeShutdown {
    private static final Logger LOG = LoggerFactory.getLogger(NodeShutdown.class);
    private static final Duration STOP = Duration.ofSeconds(10);

    private final NodeParts parts;
    private @Nullable RuntimeLoader loader;
    private @Nullable ActorSystem<?> system;

    NodeShutdown(NodeParts parts) {
        this.parts = parts;
    }

    void add(RuntimeLoader made) {
        loader = made;
    }

    void add(ActorSystem<?> started) {
        system = started;
    }

    /** Seconds at most. */
    void run() {
        boolean stopped = stopActors();
        if (closeEngines() && stopped) {
            parts.close();
        }
    }

    private boolean stopActors() {
        ActorSystem<?> actors = system;
        if (actors == null) {
            return true;
        }
        actors.terminate();
        boolean stopped = ended(actors.getWhenTerminated().toCompletableFuture());
        if (!stopped) {
            LOG.warn("the actor system {} has not stopped within {} s", actors.address(), STOP.toSeconds());
        }
        return stopped;
    }

    private boolean closeEngines() {
        RuntimeLoader engines = loader;
        try {
            if (engines != null) {
                engines.close();
            }
            return true;
        } catch (IllegalStateException e) {
            LOG.error("this node's memory is never freed, end the process", e);
            return false;
        }
    }

    /** Waits on although it is interrupted: what comes next must not come too early. */
    private static boolean ended(CompletableFuture<?> end) {
        long start = System.nanoTime();
        boolean interrupted = false;
        try {
            while (true) {
                long left = STOP.toNanos() - (System.nanoTime() - start);
                try {
                    end.get(Math.max(0, left), TimeUnit.NANOSECONDS);
                    return true;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (TimeoutException e) {
                    return false;
                } catch (ExecutionException e) {
                    return true; // it has ended, if not well
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
