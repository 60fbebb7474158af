/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.models;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Objects;

/**
 * A file that is not complete: {@code NAME.part} beside the final name, and {@code NAME.part.from}, which says of which version of which
 * source the bytes are. Trouble with the disk is a {@link ModelException} that says so, trouble with the source stays an IOException.
 */
final class PartFile {
    private static final int CHUNK_BYTES = 1 << 16;
    private final Path target;
    private final Path part;
    private final Path from;
    private final Disk disk;

    PartFile(Path target, Disk disk) {
        this.target = target;
        this.part = target.resolveSibling(target.getFileName() + ".part");
        this.from = target.resolveSibling(target.getFileName() + ".part.from");
        this.disk = disk;
    }

    /** The folder of a file, which every file has. */
    static Path folderOf(Path file) {
        return Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file has a folder");
    }

    Path path() {
        return part;
    }

    /** Bytes that are here already, if they are of this source; 0 otherwise. */
    long bytesOf(String source) throws IOException {
        return Files.exists(part)
                        && Files.exists(from)
                        && Files.readString(from).equals(source)
                ? Files.size(part)
                : 0;
    }

    /** What was noted with the bytes that are here, or an empty text. */
    String source() throws IOException {
        return Files.exists(part) && Files.exists(from) ? Files.readString(from) : "";
    }

    /** Starts anew with bytes of this source. */
    void restart(String source) {
        try {
            discard();
            Files.createDirectories(folderOf(target));
            Files.writeString(from, source, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw diskFailed(e);
        }
    }

    /** Fails before the first byte if the rest will not fit. */
    void requireSpace(long bytes) {
        try {
            long usable = disk.usableBytes(folderOf(target));
            if (bytes > usable) {
                throw ModelException.failed(
                        "%s needs %s more, the disk has %s: free some space or set HEADWATER_HOME to another disk"
                                .formatted(target, megabytes(bytes), megabytes(usable)));
            }
        } catch (IOException e) {
            throw diskFailed(e);
        }
    }

    /** Appends all of the stream; {@code total} is for the display, ≤ 0 if unknown. Every byte read is on disk before the next read. */
    void append(InputStream in, long total, ProgressListener progress) throws IOException {
        long done = Files.exists(part) ? Files.size(part) : 0;
        byte[] chunk = new byte[CHUNK_BYTES];
        try (WritableByteChannel out = open()) {
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                write(out, ByteBuffer.wrap(chunk, 0, read));
                done += read;
                progress.progress(done, total);
            }
        }
    }

    private WritableByteChannel open() {
        try {
            return disk.append(part);
        } catch (IOException e) {
            throw diskFailed(e);
        }
    }

    private void write(WritableByteChannel out, ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        } catch (IOException e) {
            throw diskFailed(e);
        }
    }

    /** Gives the file its final name, in one step and after it is on the disk. */
    void complete() {
        try {
            try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            Files.deleteIfExists(from);
        } catch (IOException e) {
            throw diskFailed(e);
        }
    }

    void discard() throws IOException {
        Files.deleteIfExists(part);
        Files.deleteIfExists(from);
    }

    private ModelException diskFailed(IOException e) {
        return ModelException.failed(
                "%s cannot be written (%s): free some space or set HEADWATER_HOME to a folder that can be written; what is here already is kept"
                        .formatted(part, e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()),
                e);
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }
}
