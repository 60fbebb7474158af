/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.decode;

import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Texts that commands read, strictly: what is not UTF-8 is refused, and what is, is used as it is. */
public final class TextInput {
    private static final String STANDARD_INPUT = "-";

    private TextInput() {}

    /** A whole file, or standard input for {@code -}. */
    public static String read(Console console, String written) {
        try {
            return written.equals(STANDARD_INPUT)
                    ? decode(console.in().readAllBytes(), "standard input")
                    : readFile(console.path(written), written);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String readFile(Path file, String written) throws IOException {
        if (Files.isDirectory(file)) {
            throw new UserError(written + " is a directory: give a text file");
        }
        return decode(Files.readAllBytes(file), written);
    }

    static String decode(byte[] bytes, String where) {
        CharsetDecoder utf8 = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        CoderResult result = utf8.decode(in, out, true);
        if (result.isError()) {
            throw new UserError(where + " is not UTF-8 text (byte " + in.position() + "): convert it first");
        }
        return out.flip().toString();
    }
}
