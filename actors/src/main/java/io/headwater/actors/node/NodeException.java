/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.node;

/** A node that cannot start or a cluster that does not serve; the message says what, where and what to do. */
public final class NodeException extends Exception {
    private static final long serialVersionUID = 1;

    public NodeException(String message) {
        super(message);
    }

    public NodeException(String message, Throwable cause) {
        super(message, cause);
    }
}
