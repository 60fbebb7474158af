/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.prompt;

/** Messages of which no prompt can be made: a sentence for the client. */
public final class PromptException extends Exception {
    private static final long serialVersionUID = 1;

    public PromptException(String message) {
        super(message);
    }

    public PromptException(String message, Throwable cause) {
        super(message, cause);
    }
}
