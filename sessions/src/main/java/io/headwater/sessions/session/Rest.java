/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.session;

import io.headwater.sessions.session.SessionCommand.GraceOver;
import io.headwater.sessions.session.SessionCommand.IdleOver;
import java.time.Duration;

/** How long a session may be without use, and a plain completion's answer without anybody who hears it. Owned by its session. */
final class Rest {
    private static final Duration SLOW_NEIGHBOUR = Duration.ofSeconds(10);

    private final SessionScope scope;
    private final History history;

    Rest(SessionScope scope, History history) {
        this.scope = scope;
        this.history = history;
    }

    /** It is at rest from now on. */
    void begin() {
        scope.timers()
                .startSingleTimer(
                        IdleOver.class, new IdleOver(), scope.settings().idle());
    }

    /** It has something to do. */
    void interrupt() {
        scope.timers().cancel(IdleOver.class);
    }

    /** An answer has begun or come to its end, or there are other subscribers. */
    void watch() {
        boolean unheard = history.state().opened().plain()
                && history.state().running()
                && !history.feed().watched();
        if (unheard) {
            scope.timers()
                    .startSingleTimer(
                            GraceOver.class, new GraceOver(), scope.settings().resumeGrace());
        } else {
            scope.timers().cancel(GraceOver.class);
        }
    }

    /** Somebody hears it at another gateway, which says so again in time, also when it is slow. */
    void heardElsewhere() {
        if (scope.timers().isTimerActive(GraceOver.class)) {
            scope.timers()
                    .startSingleTimer(
                            GraceOver.class,
                            new GraceOver(),
                            scope.settings().resumeGrace().plus(SLOW_NEIGHBOUR));
        }
    }
}
