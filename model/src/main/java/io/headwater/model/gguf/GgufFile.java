/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.gguf;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An open, checked GGUF file, mapped into memory. All that was given out (metadata, data) is used only until {@link #close()}.
 * Immutable: any thread may read. A file without tensors, a bare vocabulary, opens too.
 */
public final class GgufFile implements AutoCloseable {
    private final Path path;
    private final Arena arena;
    private final MemorySegment file;
    private final int version;
    private final GgufMetadata metadata;
    private final Map<String, GgufTensor> tensors;
    private final List<GgufTensor> tensorList;

    private GgufFile(Path path, Arena arena, MemorySegment file, GgufParser.Parsed parsed) {
        this.path = path;
        this.arena = arena;
        this.file = file;
        this.version = parsed.version();
        this.metadata = parsed.metadata();
        this.tensors = parsed.tensors();
        this.tensorList = List.copyOf(parsed.tensors().values());
    }

    /**
     * Maps the file and checks its whole structure; weights are not read.
     *
     * @throws GgufException if it cannot be read, is no GGUF of version 2 or 3, is damaged, or has a tensor type that is not supported
     */
    public static GgufFile open(Path path) throws GgufException {
        Arena arena = Arena.ofShared();
        boolean opened = false;
        try {
            MemorySegment file = map(path, arena);
            GgufFile gguf = new GgufFile(path, arena, file, new GgufParser(path, file).parse());
            opened = true;
            return gguf;
        } finally {
            if (!opened) {
                arena.close();
            }
        }
    }

    private static MemorySegment map(Path path, Arena arena) throws GgufException {
        if (Files.isDirectory(path)) {
            throw new GgufException(path, "this is a directory: give a .gguf file");
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        } catch (NoSuchFileException e) {
            throw new GgufException(path, "there is no such file (" + path + "): give the path of a .gguf model", e);
        } catch (AccessDeniedException e) {
            throw new GgufException(path, "the file may not be read (" + path + "): check its permissions", e);
        } catch (IOException e) {
            throw new GgufException(
                    path, "the file cannot be read (" + e.getMessage() + "): check the disk and the path", e);
        }
    }

    /** The path that was opened. */
    public Path path() {
        return path;
    }

    /** GGUF version, 2 or 3. */
    public int version() {
        return version;
    }

    /** The keys and values. */
    public GgufMetadata metadata() {
        return metadata;
    }

    /** All tensors, in the file's order. */
    public List<GgufTensor> tensors() {
        return tensorList;
    }

    /** The tensor of that name. */
    public Optional<GgufTensor> tensor(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    /** The whole file's length. */
    public long byteSize() {
        return file.byteSize();
    }

    /** The bytes of one of this file's tensors, read-only. */
    public MemorySegment data(GgufTensor tensor) {
        return file.asSlice(tensor.offset(), tensor.byteSize());
    }

    /** Unmaps the file. The caller sees to it that no thread still reads. */
    @Override
    public void close() {
        arena.close();
    }
}
