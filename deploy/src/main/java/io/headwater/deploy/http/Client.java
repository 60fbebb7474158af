/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.pekko.stream.KillSwitch;
import org.jspecify.annotations.Nullable;

/** One connection: what it has asked, and since when it has asked nothing. Any thread. */
final class Client {
    private final LongSupplier nanoClock;
    private final Set<RequestRecord> atWork = new HashSet<>();
    private @Nullable KillSwitch line;
    private long idleSinceNanos;
    private boolean gone;

    Client(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.idleSinceNanos = nanoClock.getAsLong();
    }

    /** What hangs up. */
    synchronized void connected(KillSwitch killSwitch) {
        line = killSwitch;
    }

    /** It has hung up, or said that it will send nothing more: whoever works for it hears so. */
    void hasGone() {
        List<RequestRecord> open;
        synchronized (this) {
            gone = true;
            open = List.copyOf(atWork);
        }
        open.forEach(RequestRecord::hungUp);
    }

    void begins(RequestRecord request) {
        synchronized (this) {
            atWork.add(request);
            if (!gone) {
                return;
            }
        }
        request.hungUp();
    }

    synchronized void ends(RequestRecord request) {
        atWork.remove(request);
        idleSinceNanos = nanoClock.getAsLong();
    }

    /** Hangs up if nothing is at work for it and it has not asked for anything for so long. */
    void hangUpIfIdle(long nanos) {
        KillSwitch hangUp;
        synchronized (this) {
            if (!atWork.isEmpty() || line == null || nanoClock.getAsLong() - idleSinceNanos < nanos) {
                return;
            }
            hangUp = line;
        }
        hangUp.shutdown();
    }
}
