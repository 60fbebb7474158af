/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

/** A model that cannot be loaded as asked, or a step that could not be done; the message says what, where and what to do. */
public sealed class EngineException extends Exception permits NoKvMemoryException {
    private static final long serialVersionUID = 1;

    public EngineException(String message) {
        super(message);
    }

    public EngineException(String message, Throwable cause) {
        super(message, cause);
    }
}
