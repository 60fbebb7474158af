/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;

/**
 * All connections. One that asks for nothing is closed after a while, so that half-open ones do not take the places of others. (Pekko's own idle timeout
 * cannot tell it from one that waits for a long answer.)
 */
final class Clients {
    private final Set<Client> clients = ConcurrentHashMap.newKeySet();
    private final Duration idle;

    Clients(Duration idle) {
        this.idle = idle;
    }

    /** Looks at them from time to time. */
    Cancellable watch(ActorSystem<?> system) {
        Duration every = idle.dividedBy(4);
        return system.scheduler()
                .scheduleWithFixedDelay(
                        every,
                        every,
                        () -> clients.forEach(client -> client.hangUpIfIdle(idle.toNanos())),
                        system.executionContext());
    }

    Client connected() {
        Client client = new Client(System::nanoTime);
        clients.add(client);
        return client;
    }

    /** What a connection's requests pass, so that its end is noticed and it can be ended. */
    Flow<HttpRequest, HttpRequest, ?> line(Client client) {
        return Flow.of(HttpRequest.class)
                .watchTermination((mat, done) -> {
                    var _ = done.whenComplete((_, _) -> {
                        clients.remove(client);
                        client.hasGone();
                    });
                    return mat;
                })
                .viaMat(KillSwitches.single(), Keep.right())
                .mapMaterializedValue(killSwitch -> {
                    client.connected(killSwitch);
                    return killSwitch;
                });
    }

    int size() {
        return clients.size();
    }
}
