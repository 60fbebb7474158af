/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.log;

/** What one gateway wants of another that owns a session. It is repeated until it has come true, so one that is lost costs time only. */
public record Wish(String session, Kind kind) {
    /** What may be wanted. */
    public enum Kind {
        /** That the session, when it is at rest, is let go. */
        RELEASE,
        /** That its answer at work ends. */
        CANCEL,
        /** Nothing: somebody hears its answer elsewhere, so it does not end for want of hearers. */
        HEARD
    }
}
