/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.models;

/** No model comes of this name. The message is one line for users: what, where, what to do. */
public final class ModelException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final boolean badRequest;

    private ModelException(String message, boolean badRequest, Throwable cause) {
        super(message, cause);
        this.badRequest = badRequest;
    }

    static ModelException refused(String message) {
        return new ModelException(message, true, new IllegalArgumentException(message));
    }

    static ModelException refused(String message, Throwable cause) {
        return new ModelException(message, true, cause);
    }

    static ModelException failed(String message) {
        return new ModelException(message, false, new IllegalStateException(message));
    }

    static ModelException failed(String message, Throwable cause) {
        return new ModelException(message, false, cause);
    }

    /** Whether asking again in the same way fails again: the name is wrong. Otherwise the work failed. */
    public boolean badRequest() {
        return badRequest;
    }
}
