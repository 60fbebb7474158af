/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.saved;

import io.headwater.model.saved.CacheShelf.Saved;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The files of a shelf: a folder for each session, in it {@code POSITION-DIGEST.kv}. What cannot be deleted or listed is left alone. */
final class SnapshotFolder {
    private static final int NEWEST = 2;
    /** Left to the token log and others on the same disk. */
    private static final long LEAST_FREE = 256L << 20;

    private static final Pattern FILE = Pattern.compile("(\\d{1,9})-([0-9a-f]{32})\\.kv");
    private static final Pattern SESSION = Pattern.compile("[0-9a-f]{16}");

    private final Path root;
    private final long mostBytes;
    /** Of all files, or more: what is deleted is counted out when there is too much. */
    private long bytes;

    private SnapshotFolder(Path root, long mostBytes) {
        this.root = root;
        this.mostBytes = mostBytes;
    }

    static SnapshotFolder open(Path root, long mostBytes) throws IOException {
        Files.createDirectories(root);
        SnapshotFolder folder = new SnapshotFolder(root, mostBytes);
        folder.keepWithin();
        return folder;
    }

    String name(long session) {
        return String.format("%016x", session);
    }

    private Path folder(long session) {
        return root.resolve(name(session));
    }

    Path file(long session, Saved saved) {
        return folder(session).resolve(saved.position() + "-" + saved.digest() + ".kv");
    }

    /** What is being written. */
    Path part(long session) {
        return folder(session).resolve("new.part");
    }

    /** @throws IOException if so many bytes more would fill the disk */
    void checkRoom(long bytes) throws IOException {
        long free = Files.getFileStore(root).getUsableSpace();
        if (free - bytes < LEAST_FREE) {
            throw new IOException("the disk of " + root + " has " + (free >> 20) + " MiB left: free some");
        }
    }

    /** The newest first. */
    List<Saved> of(long session) {
        return files(folder(session)).stream()
                .map(file -> FILE.matcher(file.path().getFileName().toString()))
                .filter(Matcher::matches)
                .map(name -> new Saved(Integer.parseInt(name.group(1)), name.group(2)))
                .toList();
    }

    /** A new one has come: the newest stay. */
    void added(long session) {
        List<Found> files = files(folder(session));
        files.subList(Math.min(NEWEST, files.size()), files.size()).forEach(file -> deleteQuietly(file.path()));
        bytes += files.isEmpty() ? 0 : files.getFirst().bytes();
        if (bytes > mostBytes) {
            keepWithin();
        }
    }

    private void keepWithin() {
        List<Found> all = new ArrayList<>();
        list(root).forEach(folder -> all.addAll(files(folder)));
        all.sort(Comparator.comparing(Found::time).reversed());
        bytes = 0;
        for (Found file : all) {
            if (bytes + file.bytes() > mostBytes) {
                deleteQuietly(file.path());
            } else {
                bytes += file.bytes();
            }
        }
    }

    void drop(long session) {
        dropFolder(folder(session));
    }

    void keepOnly(Set<Long> sessions) {
        for (Path folder : list(root)) {
            String name = folder.getFileName().toString();
            if (SESSION.matcher(name).matches() && !sessions.contains(Long.parseUnsignedLong(name, 16))) {
                dropFolder(folder);
            }
        }
    }

    private void dropFolder(Path folder) {
        list(folder).forEach(this::deleteQuietly);
        deleteQuietly(folder);
    }

    void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException _) {
            return; // it takes room until its session goes or a newer one pushes it out; nobody believes it for its
            // name
        }
    }

    private record Found(Path path, long bytes, FileTime time) {}

    /** Whole snapshots in a session's folder, the newest first. */
    private static List<Found> files(Path folder) {
        List<Found> files = new ArrayList<>();
        for (Path path : list(folder)) {
            if (FILE.matcher(path.getFileName().toString()).matches()) {
                found(path).ifPresent(files::add);
            }
        }
        files.sort(Comparator.comparing(Found::time).reversed());
        return files;
    }

    private static Optional<Found> found(Path path) {
        try {
            return Optional.of(new Found(path, Files.size(path), Files.getLastModifiedTime(path)));
        } catch (IOException _) {
            return Optional.empty(); // gone meanwhile
        }
    }

    private static List<Path> list(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        } catch (IOException _) {
            return List.of(); // there is none, or nobody may look
        }
    }
}
