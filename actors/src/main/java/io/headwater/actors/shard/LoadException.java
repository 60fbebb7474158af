/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.shard;

/** Why no engine could be made; the message says what, where and what to do. */
public final class LoadException extends Exception {
    private static final long serialVersionUID = 1;
    private final boolean lasting;

    /**
     * With its cause.
     *
     * @param lasting whether it would fail again, whatever the other nodes do
     */
    public LoadException(String message, boolean lasting, Throwable cause) {
        super(message, cause);
        this.lasting = lasting;
    }

    boolean lasting() {
        return lasting;
    }
}
