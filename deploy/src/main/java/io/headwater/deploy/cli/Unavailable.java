/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

/** The cluster could not serve: exit code 3. The message is one line that says what, where and what to do. */
public final class Unavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public Unavailable(String message) {
        super(message);
    }

    /** The cause is shown with {@code -v} only. */
    public Unavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
