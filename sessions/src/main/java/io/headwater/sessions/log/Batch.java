/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.log;

import java.util.List;

/** What is written in one transaction for one session. Those that tell of owners are for a log that several gateways share. */
public sealed interface Batch {
    String session();

    /**
     * New events of a session.
     *
     * @param firstSeq of the first of them in the session
     * @param millis when, since 1970
     */
    record Append(String session, int firstSeq, long millis, List<SessionEvent> events) implements Batch {
        public Append {
            events = List.copyOf(events);
        }
    }

    /** The session and all its events go. */
    record Remove(String session) implements Batch {}

    /** The session is this gateway's from now on, if it is nobody's. */
    record Claim(String session) implements Batch {}

    /** It is nobody's. */
    record Release(String session) implements Batch {}

    /** Its owner is to do something. */
    record Want(Wish wish) implements Batch {
        @Override
        public String session() {
            return wish.session();
        }
    }
}
