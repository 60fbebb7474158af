/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.log;

/** An event is in the log and cannot be read: the next read, here or elsewhere, will end in the same way. */
public final class UnreadableEventException extends LogException {
    private static final long serialVersionUID = 1;

    UnreadableEventException(String message) {
        super(message);
    }

    UnreadableEventException(String message, Throwable cause) {
        super(message, cause);
    }
}
