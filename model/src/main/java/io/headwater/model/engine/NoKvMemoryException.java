/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

/** A step that was refused before it began, since there is no KV memory for one of its runs. No sequence is harmed; with more memory free it may be run again. */
public final class NoKvMemoryException extends EngineException {
    private static final long serialVersionUID = 1;
    private final int run;

    public NoKvMemoryException(int run, String message) {
        super(message);
        this.run = run;
    }

    /** Which of the step's runs. */
    public int run() {
        return run;
    }
}
