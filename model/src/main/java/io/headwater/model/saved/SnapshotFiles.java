/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.saved;

import io.headwater.model.engine.EngineGroup;
import io.headwater.model.engine.NoKvMemoryException;
import io.headwater.model.engine.Sequence;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.snapshot.SnapshotException;
import io.headwater.model.snapshot.SnapshotOrigin;
import io.headwater.model.snapshot.SnapshotSource;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A shelf of files: a snapshot is written beside its place and then moved there, so a file that has its name is whole; of each session the newest two stay,
 * of all together so many bytes. Nothing is forced to the disk: after a loss of power a file may be damaged, its checksum says so, and the cache is built
 * again of its tokens.
 */
public final class SnapshotFiles implements CacheShelf {
    private final EngineGroup engines;
    private final String model;
    private final SnapshotFolder folder;
    private final Consumer<String> log;
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
        return new SnapshotFiles(engines, model, SnapshotFolder.open(folder, mostBytes), log);
    }

    private SnapshotFiles(EngineGroup engines, String model, SnapshotFolder folder, Consumer<String> log) {
        this.engines = engines;
        this.model = model;
        this.folder = folder;
        this.log = log;
    }

    @Override
    public void save(long session, Sequence sequence, Saved as) {
        Path part = folder.part(session);
        try {
            folder.checkRoom(sequence.kvBytes());
            Files.createDirectories(part.getParent());
            try (FileChannel out = FileChannel.open(
                    part, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                engines.snapshot(sequence, origin(session, as), out);
            }
            Files.move(part, folder.file(session, as), StandardCopyOption.ATOMIC_MOVE);
            folder.added(session);
            failing = false;
        } catch (IOException | NoKvMemoryException e) {
            folder.deleteQuietly(part);
            if (!failing) { // once, until it works again
                log.accept("caches are not saved now, so after a restart they are built again of their tokens: " + e);
            }
            failing = true;
        }
    }

    private SnapshotOrigin origin(long session, Saved saved) {
        return new SnapshotOrigin(model, folder.name(session) + " " + saved.digest(), saved.position());
    }

    @Override
    public List<Saved> of(long session) {
        return folder.of(session);
    }

    @Override
    public Optional<Sequence> restore(long session, KvOptions kv, int budget, Saved saved) throws NoKvMemoryException {
        Path file = folder.file(session, saved);
        try (SnapshotSource source = SnapshotSource.open(file)) {
            if (!source.header().origin().equals(origin(session, saved))) {
                drop(session, saved);
                log.accept(
                        file + ": of another session or model than its name says: it is deleted, and the cache is built"
                                + " again of its tokens");
                return Optional.empty();
            }
            return Optional.of(engines.restore(session, kv, budget, model, List.of(source)));
        } catch (SnapshotException | IOException e) {
            drop(session, saved);
            log.accept("the cache is built again of older snapshots or of its tokens: " + e.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public void drop(long session, Saved saved) {
        folder.deleteQuietly(folder.file(session, saved));
    }

    @Override
    public void drop(long session) {
        folder.drop(session);
    }

    /** Throws away what there is of sessions that are none of these. */
    public void keepOnly(Set<Long> sessions) {
        folder.keepOnly(sessions);
    }
}
