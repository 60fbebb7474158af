/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.text;

import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads what the user names: a file, or standard input for {@code -}. */
final class TextSource {
    private TextSource() {}

    /** The whole text; bytes that are not UTF-8 are the user's error. */
    static String read(Console console, String source) throws IOException {
        byte[] bytes = source.equals("-") ? console.in().readAllBytes() : bytes(console.path(source));
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new UserError(
                    (source.equals("-") ? "standard input" : source) + " is not valid UTF-8: convert it first", e);
        }
    }

    private static byte[] bytes(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new UserError(file + " is a directory: give a file");
        }
        return Files.readAllBytes(file);
    }
}
