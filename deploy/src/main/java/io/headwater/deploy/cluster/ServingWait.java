/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cluster;

import io.headwater.actors.node.ClusterNode;
import io.headwater.actors.node.ClusterNode.LoadingListener;
import io.headwater.actors.node.ClusterNode.ServingPlan;
import io.headwater.actors.node.NodeException;
import io.headwater.deploy.cli.Interrupts;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Waits until a cluster serves, or cannot; Ctrl-C ends the wait, so that whoever started something can end it. */
final class ServingWait implements AutoCloseable {
    private final CompletableFuture<ServingPlan> serving = new CompletableFuture<>();
    private final Interrupts interrupts =
            Interrupts.during(() -> serving.completeExceptionally(new CancellationException("interrupted")));

    /** Ends the wait. False if it is over already. */
    boolean fail(NodeException reason) {
        return serving.completeExceptionally(reason);
    }

    /**
     * Waits, once.
     *
     * @throws NodeException if the cluster does not come to serve: a sentence for the user
     * @throws CancellationException after Ctrl-C
     */
    void await(ClusterNode node, Duration timeout, LoadingListener progress)
            throws NodeException, InterruptedException {
        Thread.ofPlatform().daemon().name("await-serving").start(() -> {
            try {
                serving.complete(node.awaitServing(timeout, progress));
            } catch (NodeException e) {
                serving.completeExceptionally(e);
            }
        });
        try {
            serving.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case NodeException reason -> throw reason;
                case null, default -> throw new IllegalStateException("never completed so", e);
            }
        }
    }

    @Override
    public void close() {
        interrupts.close();
    }
}
