/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.session;

/** Where an answer goes on that was at work when its server ended. */
enum Resumption {
    /** Here, where it has a place now. */
    HERE,
    /** At another gateway, as soon as one has the model, a decode loop and a free place. */
    ELSEWHERE,
    /** Nowhere: this is the only server, and it computes otherwise. */
    NOWHERE;

    /** Decides, and takes the place. The only server takes it in any case: the answer had one before. */
    static Resumption of(SessionScope scope, SessionState state) {
        boolean same = scope.computes(state.opened());
        if (scope.parts().log().isShared()) {
            return same && scope.desk().tryEnter() ? HERE : ELSEWHERE;
        }
        if (!same) {
            return NOWHERE;
        }
        scope.desk().enter();
        return HERE;
    }

    /** Whether it is worth trying in a log that is shared. */
    static boolean promises(SessionScope scope, SessionState state) {
        return scope.computes(state.opened()) && scope.desk().hasPlace();
    }
}
