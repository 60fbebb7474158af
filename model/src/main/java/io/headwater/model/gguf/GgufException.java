/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.gguf;

import java.io.IOException;
import java.nio.file.Path;

/** A file that cannot be used as it is. The message is one line for users: {@code FILE: what, where, what to do}. */
public final class GgufException extends Exception {
    private static final long serialVersionUID = 1L;
    private static final int LIMIT = 1000;

    /** {@code file} is shown by its name, {@code problem} says what, where, and what to do. */
    public GgufException(Path file, String problem) {
        super(oneLine(shown(file) + ": " + problem));
    }

    /** As the other, with the failed access that was the cause. */
    public GgufException(Path file, String problem, IOException cause) {
        super(oneLine(shown(file) + ": " + problem), cause);
    }

    /** Keys and names in a damaged file can be anything: no control characters, and no pages of text. */
    private static String oneLine(String message) {
        String clean = message.codePoints()
                .map(c -> Character.isISOControl(c) ? '\uFFFD' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        int half = LIMIT / 2;
        return clean.length() <= LIMIT
                ? clean
                : clean.substring(0, half) + " … " + clean.substring(clean.length() - half);
    }

    private static String shown(Path file) {
        Path name = file.getFileName();
        return name == null ? file.toString() : name.toString();
    }
}
