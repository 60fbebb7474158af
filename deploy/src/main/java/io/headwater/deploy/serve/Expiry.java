/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.serve;

import io.headwater.sessions.session.SessionService;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorSystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes sessions that were not used for long, and those beyond a number. Runs on the actor system's scheduler.
 *
 * @param age of sessions
 * @param completionAge of plain completions
 * @param most sessions kept, of both kinds
 */
record Expiry(Duration age, Duration completionAge, long most) {
    private static final Logger LOG = LoggerFactory.getLogger(Expiry.class);
    private static final Duration EVERY = Duration.ofMinutes(1);

    Cancellable start(ActorSystem<?> system, SessionService sessions) {
        return system.scheduler().scheduleWithFixedDelay(EVERY, EVERY, () -> run(sessions), system.executionContext());
    }

    private void run(SessionService sessions) {
        var _ = sweep(sessions);
    }

    /** Completes when all that has expired is deleted. */
    CompletionStage<?> sweep(SessionService sessions) {
        long now = System.currentTimeMillis();
        return sessions.reader()
                .expired(now - age.toMillis(), now - completionAge.toMillis())
                .thenCombine(sessions.reader().beyond(most), (old, many) -> old.isEmpty() ? many : old)
                .thenCompose(ids -> delete(sessions, ids))
                .whenComplete((_, failure) -> {
                    if (failure != null) {
                        LOG.warn("expired sessions are not deleted: {}", failure.getMessage());
                    }
                });
    }

    private static CompletionStage<?> delete(SessionService sessions, List<String> ids) {
        if (!ids.isEmpty()) {
            LOG.info("{} expired sessions are deleted, but for those that are in use again", ids.size());
        }
        return CompletableFuture.allOf(ids.stream()
                .map(id -> sessions.expire(id).toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new));
    }
}
