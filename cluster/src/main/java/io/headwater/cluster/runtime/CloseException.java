/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

/**
 * A runtime that could not be closed: its engine hangs, or a start does not end. Its streams are closed, but its memory, the model and the
 * media may still be in use: only the end of the process frees them, and no further engine should be started in it.
 */
public final class CloseException extends RuntimeException {
    private static final long serialVersionUID = 1;

    CloseException(String message) {
        super(message);
    }
}
