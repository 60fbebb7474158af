/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.media;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where drivers keep their files: a directory each, mode 0700, whose name says which process it belongs to (name space of process ids,
 * id, start time), so that what a killed process has left can be told from what is in use.
 */
final class DriverDirectories {
    private static final Logger LOG = LoggerFactory.getLogger(DriverDirectories.class);
    private static final Pattern NAME = Pattern.compile("headwater-media-(\\d+)-(\\d+)-(\\d+)-\\d+");
    private static final AtomicInteger SERIAL = new AtomicInteger();
    private final Path base;
    private final long nameSpace;

    DriverDirectories(Path base) {
        this.base = base;
        this.nameSpace = nameSpace();
    }

    /** Shared memory if it has room for a driver's streams, else the folder for temporary files. */
    static DriverDirectories standard(long neededBytes) {
        Path sharedMemory = Path.of("/dev/shm");
        try {
            if (Files.isWritable(sharedMemory)
                    && Files.getFileStore(sharedMemory).getUsableSpace() >= neededBytes) {
                return new DriverDirectories(sharedMemory);
            }
            Path probe = Files.createTempFile("headwater", "");
            Files.delete(probe);
            return new DriverDirectories(
                    Objects.requireNonNull(probe.toAbsolutePath().getParent()));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "no place for the media driver's files in /dev/shm or the temporary folder", e);
        }
    }

    /** A new directory of this process. */
    Path create() throws IOException {
        ProcessHandle self = ProcessHandle.current();
        String name = "headwater-media-" + nameSpace + "-" + self.pid() + "-" + startMillis(self) + "-"
                + SERIAL.getAndIncrement();
        return Files.createDirectory(
                base.resolve(name), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /** Removes the directories of processes that are gone; says how many. */
    int removeDead() {
        int removed = 0;
        try (DirectoryStream<Path> found = Files.newDirectoryStream(base, "headwater-media-*")) {
            for (Path directory : found) {
                if (isDead(directory)) {
                    delete(directory);
                    removed++;
                }
            }
        } catch (IOException e) {
            LOG.warn("{}: could not look for the files of dead media drivers: {}", base, e.toString());
        }
        return removed;
    }

    private boolean isDead(Path directory) {
        Path name = directory.getFileName();
        Matcher matcher = NAME.matcher(name == null ? "" : name.toString());
        if (!matcher.matches()
                || Long.parseLong(matcher.group(1)) != nameSpace
                || !Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        Optional<ProcessHandle> process = ProcessHandle.of(Long.parseLong(matcher.group(2)));
        return process.isEmpty()
                || !process.get().isAlive()
                || startMillis(process.get()) != Long.parseLong(matcher.group(3));
    }

    private static long startMillis(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }

    /** Process ids mean something only within their name space, which containers that share memory may not share. */
    private static long nameSpace() {
        try {
            String link = Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
            String digits = link.replaceAll("\\D", "");
            return digits.isEmpty() ? 0 : Long.parseLong(digits);
        } catch (IOException | UnsupportedOperationException e) {
            return 0;
        }
    }

    /** Removes a directory with all that is in it; what is gone already is no error. */
    static void delete(Path directory) {
        try (Stream<Path> tree = Files.walk(directory)) {
            List<Path> deepestFirst = tree.toList().reversed();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (NoSuchFileException e) {
            LOG.debug("{} is gone already", directory);
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("{}: could not remove the media driver's files, remove them by hand: {}", directory, e.toString());
        }
    }
}
