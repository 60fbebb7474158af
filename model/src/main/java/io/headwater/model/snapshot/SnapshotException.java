/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.snapshot;

import java.io.IOException;

/** A snapshot that cannot be restored here; the message says which, why, and what to do. Nothing has been lost: the tokens' log has it all. */
public final class SnapshotException extends Exception {
    private static final long serialVersionUID = 1;
    private static final String ADVICE = "; drop it and build the cache again from the session's tokens";

    private SnapshotException(String message) {
        super(message);
    }

    private SnapshotException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Of no use to anybody. */
    static SnapshotException damaged(String name, String what) {
        return new SnapshotException(name + ": " + what + ADVICE);
    }

    static SnapshotException damaged(String name, String what, Throwable cause) {
        return new SnapshotException(name + ": " + what + ADVICE, cause);
    }

    /** Whether it is of use nobody knows: a file's or disk's failure says nothing of what is on it. */
    static SnapshotException unread(String name, IOException cause) {
        return new SnapshotException(name + ": could not be read: " + cause + "; try again", cause);
    }

    /** Of use elsewhere, or with others. */
    static SnapshotException unfit(String name, String what, String advice) {
        return new SnapshotException(name + ": " + what + ": " + advice);
    }
}
