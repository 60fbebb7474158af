/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.gguf;

import java.io.IOException;
import java.nio.file.Path;

/** A file that cannot be used as it is. The message is one line for users: {@code FILE: what, where, what to do}. */
public final class GgufException extends Exception {
    private static final long serialVersionUID = 1L;

    /** {@code file} is shown by its name, {@code problem} says what, where, and what to do. */
    public GgufException(Path file, String problem) {
        super(shown(file) + ": " + problem);
    }

    /** As the other, with the failed access that was the cause. */
    public GgufException(Path file, String problem, IOException cause) {
        super(shown(file) + ": " + problem, cause);
    }

    private static String shown(Path file) {
        Path name = file.getFileName();
        return name == null ? file.toString() : name.toString();
    }
}
