/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.media;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where drivers keep their files: a directory each, mode 0700, whose name says which process it belongs to (name space of process ids,
 * id, start time in clock ticks since the host's start), so that what a killed process has left can be told from what is in use.
 */
final class DriverDirectories {
    private static final Logger LOG = LoggerFactory.getLogger(DriverDirectories.class);
    private static final Pattern NAME = Pattern.compile("headwater-media-(\\d{1,18})-(\\d{1,18})-(\\d{1,18})-\\d{1,9}");
    private static final AtomicInteger SERIAL = new AtomicInteger();

    /** Field of /proc/PID/stat, counted from 1; and the first field after the name, which may hold spaces. */
    private static final int START_TICKS = 22;

    private static final int AFTER_NAME = 3;

    private final Path base;
    private final OptionalLong nameSpace;

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
        long pid = ProcessHandle.current().pid();
        String name = "headwater-media-" + nameSpace.orElse(0) + "-" + pid + "-"
                + startTicks(pid).orElse(0) + "-" + SERIAL.getAndIncrement();
        return Files.createDirectory(
                base.resolve(name), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /** Removes the directories of this user's processes that are gone; where that cannot be told, none. */
    void removeDead() {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(base, "headwater-media-*")) {
            for (Path directory : found) {
                if (isDead(directory) && Files.isWritable(directory)) {
                    delete(directory);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            LOG.warn("{}: could not look for the files of dead media drivers: {}", base, e.toString());
        }
    }

    private boolean isDead(Path directory) {
        Path name = directory.getFileName();
        Matcher matcher = NAME.matcher(name == null ? "" : name.toString());
        if (nameSpace.isEmpty()
                || !matcher.matches()
                || Long.parseLong(matcher.group(1)) != nameSpace.getAsLong()
                || !Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        OptionalLong start = startTicks(Long.parseLong(matcher.group(2)));
        return start.isEmpty() || start.getAsLong() != Long.parseLong(matcher.group(3));
    }

    /** When a process started: unlike a time of day the same for every reader, for as long as it lives. Empty if there is no such process. */
    private static OptionalLong startTicks(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
            String[] afterName = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return OptionalLong.of(Long.parseLong(afterName[START_TICKS - AFTER_NAME]));
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    /** Process ids mean something only within their name space, which containers that share memory may not share. Empty where there are none. */
    private static OptionalLong nameSpace() {
        try {
            String link = Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
            return OptionalLong.of(Long.parseLong(link.replaceAll("\\D", "")));
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    /** Removes a directory with all that is in it; what is gone already, or vanishes meanwhile, is no error. */
    static void delete(Path directory) {
        try (Stream<Path> tree = Files.walk(directory)) {
            List<Path> deepestFirst = tree.toList().reversed();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            couldNotDelete(directory, e);
        } catch (UncheckedIOException e) {
            couldNotDelete(directory, e.getCause());
        }
    }

    private static void couldNotDelete(Path directory, @Nullable IOException e) {
        if (e instanceof NoSuchFileException) {
            LOG.debug("{} is gone already", directory);
        } else {
            LOG.warn("{}: could not remove the media driver's files, remove them by hand: {}", directory, e);
        }
    }
}
