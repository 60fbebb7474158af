/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

/** A runtime that did not come to serve; the message says what, where and what to do. */
public final class StartException extends Exception {
    private static final long serialVersionUID = 1;
    private final Reason reason;

    StartException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    StartException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

    /** What did not work. */
    public enum Reason {
        /** The shard could not be loaded: it would fail again. */
        LOAD,
        /** The peers did not come, or a link to them could not be opened. */
        CONNECT,
        /** {@link ShardRuntime#cancel} was called. */
        CANCELLED
    }
}
