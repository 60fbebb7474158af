/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.shard;

/** Why no engine could be made; the message says what, where and what to do. */
public final class LoadException extends Exception {
    private static final long serialVersionUID = 1;
    private final boolean lasting;
    private boolean freed = true;

    /**
     * With its cause.
     *
     * @param lasting whether it would fail again, whatever the other nodes do
     */
    public LoadException(String message, boolean lasting, Throwable cause) {
        super(message, cause);
        this.lasting = lasting;
    }

    /** What the failed load had taken could not be freed either, because of this: another load would take memory beside it. */
    public LoadException notFreed(Throwable why) {
        freed = false;
        addSuppressed(why);
        return this;
    }

    boolean lasting() {
        return lasting;
    }

    boolean freed() {
        return freed;
    }
}
