/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

/** The request was good but the work failed: exit code 1. The message is one line that says what, where and what to do. */
public final class WorkFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public WorkFailed(String message) {
        super(message);
    }

    /** The cause is shown with {@code -v} only. */
    public WorkFailed(String message, Throwable cause) {
        super(message, cause);
    }
}
