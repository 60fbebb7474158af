/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.node;

import io.headwater.actors.node.ClusterNode;
import io.headwater.deploy.cli.ExitCode;
import java.util.concurrent.CompletableFuture;
import org.jline.utils.Signals;

/** Why a node ends: it is asked to, or the cluster has gone on without it. */
sealed interface NodeEnd {
    /** SIGTERM, or Ctrl-C: it leaves politely. */
    record Asked() implements NodeEnd {}

    /** It was taken out, stood still too long, or found nobody to join. */
    record Out(String reason) implements NodeEnd {}

    /** The first end that comes. A second signal ends the process at once. */
    static CompletableFuture<NodeEnd> of(ClusterNode node, boolean interruptAsks) {
        CompletableFuture<NodeEnd> end = new CompletableFuture<>();
        Runnable asked = () -> {
            if (!end.complete(new Asked())) {
                Runtime.getRuntime().halt(ExitCode.INTERRUPTED);
            }
        };
        Signals.register("TERM", asked);
        if (interruptAsks) {
            Signals.register("INT", asked);
        }
        var _ = node.whenEnded().thenAccept(ended -> end.complete(new Out(ended.reason())));
        return end;
    }
}
