/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.saved;

import io.headwater.model.saved.CacheShelf.Saved;
import io.headwater.model.saved.Segments.Segment;
import io.headwater.model.shard.UnitRange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files of a shelf: a folder for each session, in it {@code POSITION-DIGEST.kv}, or {@code POSITION-DIGEST.FROM-TO.kv} with the KV heads [FROM, TO) only.
 * Shards of one host may share it. What cannot be deleted or listed is left alone.
 */
final class SnapshotFolder {
    private static final int NEWEST = 2;
    /** Left to the token log and others on the same disk. */
    private static final long LEAST_FREE = 256L << 20;

    private static final Pattern FILE = Pattern.compile("(\\d{1,9})-([0-9a-f]{32})(?:\\.(\\d{1,4})-(\\d{1,4}))?\\.kv");
    /** Another process of this host may be at what is younger. */
    private static final Duration ABANDONED = Duration.ofMinutes(10);

    private static final Pattern PART = Pattern.compile("new.*\\.part");
    private static final Pattern SESSION = Pattern.compile("[0-9a-f]{16}");

    private static final Comparator<Found> NEWEST_FIRST =
            Comparator.comparing(Found::time).reversed();

    private final Path root;
    private final long mostBytes;
    /** That are written here, of the model's {@code nKvHeads}. */
    private final UnitRange heads;

    private final int nKvHeads;
    /** Of all files, or more: what is deleted is counted out when there is too much. */
    private long bytes;

    private SnapshotFolder(Path root, long mostBytes, UnitRange heads, int nKvHeads) {
        this.root = root;
        this.mostBytes = mostBytes;
        this.heads = heads;
        this.nKvHeads = nKvHeads;
    }

    static SnapshotFolder open(Path root, long mostBytes, UnitRange heads, int nKvHeads) throws IOException {
        Files.createDirectories(root);
        SnapshotFolder folder = new SnapshotFolder(root, mostBytes, heads, nKvHeads);
        folder.sweep();
        folder.keepWithin();
        return folder;
    }

    /** Deletes what processes that were killed have left half written, and sessions' folders with nothing in them. */
    private void sweep() {
        Instant old = Instant.now().minus(ABANDONED);
        for (Path session : list(root)) {
            for (Path path : list(session)) {
                if (PART.matcher(path.getFileName().toString()).matches() && changedBefore(path, old)) {
                    deleteQuietly(path);
                }
            }
            if (SESSION.matcher(session.getFileName().toString()).matches()) {
                deleteQuietly(session); // which fails where there is something
            }
        }
    }

    private static boolean changedBefore(Path path, Instant when) {
        try {
            return Files.getLastModifiedTime(path).toInstant().isBefore(when);
        } catch (IOException _) {
            return false; // gone meanwhile
        }
    }

    static String name(long session) {
        return String.format("%016x", session);
    }

    private Path folder(long session) {
        return root.resolve(name(session));
    }

    /** Where this one's heads are written. */
    Path file(long session, Saved saved) {
        return folder(session).resolve(saved.position() + "-" + saved.digest() + suffix() + ".kv");
    }

    private String suffix() {
        return heads.count() == nKvHeads ? "" : "." + heads.from() + "-" + heads.to();
    }

    /** What is being written. */
    Path part(long session) {
        return folder(session).resolve("new" + suffix() + ".part");
    }

    /** The files of a snapshot, whoever wrote them. */
    List<Segment> segments(long session, Saved saved) {
        return files(session).stream()
                .filter(file -> file.saved().equals(saved))
                .map(Found::segment)
                .toList();
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
        return newest(files(session));
    }

    private static List<Saved> newest(List<Found> files) {
        return files.stream().map(Found::saved).distinct().toList();
    }

    /** A new one has been written: the newest stay. Other shards have written theirs, in this folder or another: its heads stand for all. */
    void added(long session, Path file) {
        List<Found> files = files(session);
        List<Saved> newest = newest(files);
        Set<Saved> stay = Set.copyOf(newest.subList(0, Math.min(NEWEST, newest.size())));
        for (Found one : files) {
            if (!stay.contains(one.saved())) {
                deleteQuietly(one.path());
            } else if (one.path().equals(file)) {
                bytes += one.bytes() * nKvHeads / Math.max(1, heads.count());
            }
        }
        if (bytes > mostBytes) {
            keepWithin();
        }
    }

    private void keepWithin() {
        List<Found> all = new ArrayList<>();
        list(root).forEach(folder -> all.addAll(files(folder)));
        all.sort(NEWEST_FIRST);
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

    void drop(long session, Saved saved) {
        segments(session, saved).forEach(segment -> deleteQuietly(segment.path()));
    }

    static void keepOnly(Path root, Set<Long> sessions) {
        for (Path folder : list(root)) {
            String name = folder.getFileName().toString();
            if (SESSION.matcher(name).matches() && !sessions.contains(Long.parseUnsignedLong(name, 16))) {
                dropFolder(folder);
            }
        }
    }

    private static void dropFolder(Path folder) {
        list(folder).forEach(SnapshotFolder::deleteQuietly);
        deleteQuietly(folder);
    }

    static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException _) {
            return; // it takes room until its session goes or a newer one pushes it out; nobody believes it for its
            // name
        }
    }

    private record Found(Segment segment, Saved saved, long bytes, FileTime time) {
        Path path() {
            return segment.path();
        }
    }

    private List<Found> files(long session) {
        return files(folder(session));
    }

    /** Files in a session's folder that are whole, the newest first. */
    private List<Found> files(Path folder) {
        List<Found> files = new ArrayList<>();
        for (Path path : list(folder)) {
            Matcher name = FILE.matcher(path.getFileName().toString());
            if (name.matches()) {
                found(path, name).ifPresent(files::add);
            }
        }
        files.sort(NEWEST_FIRST);
        return files;
    }

    private Optional<Found> found(Path path, Matcher name) {
        int from = name.group(3) == null ? 0 : Integer.parseInt(name.group(3));
        int to = name.group(4) == null ? nKvHeads : Integer.parseInt(name.group(4));
        if (to <= from) {
            return Optional.empty(); // nobody here gives such a name
        }
        Saved saved = new Saved(Integer.parseInt(name.group(1)), name.group(2));
        try {
            return Optional.of(new Found(
                    new Segment(path, new UnitRange(from, to)),
                    saved,
                    Files.size(path),
                    Files.getLastModifiedTime(path)));
        } catch (IOException _) {
            return Optional.empty(); // gone meanwhile
        }
    }

    private static List<Path> list(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        } catch (IOException | UncheckedIOException _) {
            return List.of(); // there is none, or nobody may look, or the disk fails
        }
    }
}
