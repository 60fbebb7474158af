/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.session;

import io.headwater.sessions.log.Batch;
import io.headwater.sessions.session.SessionCommand.Halt;
import io.headwater.sessions.session.SessionCommand.Question;
import io.headwater.sessions.session.SessionCommand.Removed;
import io.headwater.sessions.session.SessionCommand.Stop;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** A session that was deleted: it is missing from now on, and stays until the log has lost it, so that nobody reads it there meanwhile. */
final class Removal {
    private final SessionScope scope;
    private final ActorRef<SessionReply> replyTo;
    private boolean removed;
    private boolean letGo;

    private Removal(SessionScope scope, ActorRef<SessionReply> replyTo) {
        this.scope = scope;
        this.replyTo = replyTo;
    }

    static Behavior<SessionCommand> begin(SessionScope scope, ActorRef<SessionReply> replyTo) {
        scope.context()
                .pipeToSelf(scope.parts().log().writer().write(new Batch.Remove(scope.id())), (_, _) -> new Removed());
        return Behaviors.receiveMessage(new Removal(scope, replyTo)::on);
    }

    private Behavior<SessionCommand> on(SessionCommand command) {
        if (command instanceof Removed) {
            removed = true;
            replyTo.tell(new SessionReply.Done(true));
            scope.place().registry().tell(new Sessions.Leaving(scope.id()));
        } else if (command instanceof Stop) {
            letGo = true;
        } else if (command instanceof Halt && !removed) {
            replyTo.tell(SessionReply.Unavailable.ending());
        } else if (command instanceof Question question) {
            question.replyTo().tell(new SessionReply.Missing());
        }
        return (removed && letGo) || command instanceof Halt ? Behaviors.stopped() : Behaviors.same();
    }
}
