/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.session;

import io.headwater.sessions.decode.DecodeDesk;
import io.headwater.sessions.log.SessionEvent.Opened;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/** What the parts of one session share. Owned by its actor. */
record SessionScope(
        ActorContext<SessionCommand> context,
        TimerScheduler<SessionCommand> timers,
        SessionParts parts,
        SessionPlace place) {
    /** Which one, and who has it. */
    record SessionPlace(String id, ActorRef<Sessions.Command> registry) {}

    String id() {
        return place.id();
    }

    /** Whether this server gives a session the tokens that it would have had where it began. */
    boolean computes(Opened opened) {
        return opened.model().agreesWith(settings().model(), opened.kv());
    }

    ActorRef<SessionCommand> self() {
        return context.getSelf();
    }

    DecodeDesk desk() {
        return parts.desk();
    }

    SessionSettings settings() {
        return parts.settings();
    }
}
