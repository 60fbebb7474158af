/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Writes a text as a file whole or not at all: the file has its name when all of the text is on the disk, or is as it was. */
public final class WholeFile {
    private WholeFile() {}

    /**
     * Writes the text as UTF-8 to {@code NAME.part} beside the file first, which is gone afterwards. What was there before is replaced.
     *
     * @throws IOException if it cannot be written, or has a character that UTF-8 has not; the file is as it was
     */
    public static void write(Path file, String text) throws IOException {
        ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            force(part, bytes);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException | RuntimeException e) {
            remove(part, e);
            throw e;
        }
    }

    private static void force(Path part, ByteBuffer bytes) throws IOException {
        try (FileChannel out = FileChannel.open(
                part, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
    }

    private static void remove(Path part, Exception cause) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }
}
