/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.log;

/** The log cannot be opened, read or written: a sentence for the operator. */
public sealed class LogException extends Exception permits UnreadableEventException {
    private static final long serialVersionUID = 1;

    public LogException(String message) {
        super(message);
    }

    public LogException(String message, Throwable cause) {
        super(message, cause);
    }
}
