/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.saved;

import io.headwater.model.engine.EngineGroup;
import io.headwater.model.engine.NoKvMemoryException;
import io.headwater.model.engine.Sequence;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.saved.Segments.Segment;
import io.headwater.model.shard.UnitRange;
import io.headwater.model.snapshot.SnapshotException;
import io.headwater.model.snapshot.SnapshotOrigin;
import io.headwater.model.snapshot.SnapshotSource;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A shelf of files: what the shards of this process have of a cache is written beside its place and then moved there, so a file that has its name is whole; of
 * each session the newest two snapshots stay, of all together so many bytes. Nothing is forced to the disk: after a loss of power a file may be damaged, its
 * checksum says so, and the cache is built again of its tokens. A cache comes back from the files of whatever shards wrote it, as long as they are in the folder.
 */
public final class SnapshotFiles implements CacheShelf {
    private final EngineGroup engines;
    private final String model;
    private final SnapshotFolder folder;
    private final Consumer<String> log;
    private final FileProgress progress;
    private boolean failing;

    /**
     * Opens the folder, or makes it.
     *
     * @param model fingerprint of the model's file
     * @param mostBytes of all files together; the oldest go first
     * @param log hears one line for whatever could not be saved or used
     */
    public static SnapshotFiles open(
            EngineGroup engines, String model, Path folder, long mostBytes, Consumer<String> log) throws IOException {
        return open(engines, model, folder, mostBytes, log, () -> {});
    }

    /** As the other; {@code progress} hears of files that are written or read. */
    public static SnapshotFiles open(
            EngineGroup engines, String model, Path folder, long mostBytes, Consumer<String> log, FileProgress progress)
            throws IOException {
        return new SnapshotFiles(
                engines,
                model,
                SnapshotFolder.open(folder, mostBytes, engines.kvHeads(), engines.nKvHeads()),
                log,
                progress);
    }

    private SnapshotFiles(
            EngineGroup engines, String model, SnapshotFolder folder, Consumer<String> log, FileProgress progress) {
        this.engines = engines;
        this.model = model;
        this.folder = folder;
        this.log = log;
        this.progress = progress;
    }

    @Override
    public void save(long session, Sequence sequence, Saved as) {
        boolean _ = write(session, sequence, as);
    }

    /** As {@link #save}; whether it has been written. */
    public boolean write(long session, Sequence sequence, Saved as) {
        Path part = folder.part(session);
        try {
            folder.checkRoom(sequence.kvBytes());
            Files.createDirectories(part.getParent());
            Files.deleteIfExists(part); // another process may still be at it: it has lost it now
            try (FileChannel out = FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                engines.snapshot(sequence, origin(session, as), new NotedChannel(out, progress));
            }
            Path file = folder.file(session, as);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
            folder.added(session, file);
            failing = false;
            return true;
        } catch (IOException | NoKvMemoryException e) {
            SnapshotFolder.deleteQuietly(part);
            if (!failing) { // once, until it works again
                log.accept("caches are not saved now, so after a restart they are built again of their tokens: " + e);
            }
            failing = true;
            return false;
        }
    }

    private SnapshotOrigin origin(long session, Saved saved) {
        return new SnapshotOrigin(model, SnapshotFolder.name(session) + " " + saved.digest(), saved.position());
    }

    @Override
    public List<Saved> of(long session) {
        return folder.of(session);
    }

    @Override
    public Optional<Sequence> restore(long session, KvOptions kv, int budget, Saved saved) throws NoKvMemoryException {
        Optional<Sequence> restored = read(session, session, kv, budget, saved);
        if (restored.isEmpty()) {
            drop(session, saved);
        }
        return restored;
    }

    /** As {@link #restore}, as a sequence of that number; but what is of no use stays where it is. */
    public Optional<Sequence> read(long id, long session, KvOptions kv, int budget, Saved saved)
            throws NoKvMemoryException {
        List<Segment> segments = Segments.covering(engines.kvHeads(), folder.segments(session, saved));
        List<SnapshotSource> sources = new ArrayList<>();
        try {
            if (segments.isEmpty()) {
                throw new IOException(missing(session, saved));
            }
            for (Segment segment : segments) {
                sources.add(new SnapshotSource(
                        segment.path().toString(),
                        new NotedChannel(FileChannel.open(segment.path(), StandardOpenOption.READ), progress)));
            }
            for (SnapshotSource source : sources) {
                if (!source.header().origin().equals(origin(session, saved))) {
                    throw new IOException(source.name() + ": of another session or model than its name says");
                }
            }
            return Optional.of(engines.restore(id, kv, budget, model, sources));
        } catch (SnapshotException | IOException e) {
            log.accept("the cache is built again of older snapshots or of its tokens: " + e.getMessage());
            return Optional.empty();
        } finally {
            sources.forEach(SnapshotFiles::closeQuietly);
        }
    }

    private String missing(long session, Saved saved) {
        UnitRange heads = engines.kvHeads();
        return folder.file(session, saved) + ": the KV heads " + heads.from() + " to " + (heads.to() - 1)
                + " of this snapshot are not all in its folder";
    }

    private static void closeQuietly(SnapshotSource source) {
        try {
            source.close();
        } catch (IOException _) {
            return; // it was only read
        }
    }

    @Override
    public void drop(long session, Saved saved) {
        folder.drop(session, saved);
    }

    @Override
    public void drop(long session) {
        folder.drop(session);
    }

    /** Throws away what there is in a folder of sessions that are none of these. */
    public static void keepOnly(Path folder, Set<Long> sessions) {
        SnapshotFolder.keepOnly(folder, sessions);
    }
}
