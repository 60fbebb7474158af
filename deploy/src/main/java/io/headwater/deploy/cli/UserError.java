/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

/** What the user asked for cannot be done as asked: exit code 2. The message is one line that says what, where and what to do. */
public final class UserError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UserError(String message) {
        super(message);
    }

    /** The cause is shown with {@code -v} only. */
    public UserError(String message, Throwable cause) {
        super(message, cause);
    }
}
