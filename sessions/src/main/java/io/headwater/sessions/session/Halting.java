/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.session;

import io.headwater.sessions.session.SessionCommand.Committed;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** A session of a server that ends: what has happened gets into the log and is told; nothing that happens from now on is. */
final class Halting {
    private Halting() {}

    static Behavior<SessionCommand> begin(SessionScope scope, History history) {
        scope.timers().cancelAll();
        boolean fenced = scope.parts().log().fenced().toCompletableFuture().isDone();
        if (history.settled() || history.empty() || fenced) {
            return Behaviors.stopped(history.feed()::close);
        }
        return Behaviors.receive(SessionCommand.class)
                .onMessage(Committed.class, _ -> {
                    history.committed();
                    return history.settled() ? Behaviors.stopped() : Behaviors.same();
                })
                .onMessage(SessionCommand.class, _ -> Behaviors.same())
                .onSignal(PostStop.class, _ -> {
                    history.feed().close();
                    return Behaviors.same();
                })
                .build();
    }
}
