/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.models;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The folder in which pulled models lie. Two processes may use it at once; one object belongs to one thread. */
public final class ModelStore {
    private static final String SUFFIX = ".gguf";
    private final Path directory;
    private final ModelPuller puller;

    ModelStore(Path directory, ModelPuller puller) {
        this.directory = directory;
        this.puller = puller;
    }

    /** The store in this folder, with the real network and disk. */
    public static ModelStore at(Path directory) {
        return new ModelStore(directory, ModelPuller.real());
    }

    /** A model at hand. {@code name} is what {@code -m} takes. */
    public record StoredModel(String name, Path path, long bytes) {}

    /** All complete models, by name. */
    public List<StoredModel> models() throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> found = files.filter(file -> file.toString().endsWith(SUFFIX) && Files.isRegularFile(file))
                    .sorted()
                    .toList();
            return found.stream().map(this::stored).toList();
        }
    }

    private StoredModel stored(Path file) {
        String place = directory.relativize(file).toString();
        String name = ModelAlias.all().stream()
                .filter(alias -> alias.fileName().equals(place))
                .map(ModelAlias::name)
                .findFirst()
                .orElse(place);
        return new StoredModel(name, file, file.toFile().length());
    }

    /**
     * The file of a model, fetched first if need be.
     *
     * @param workingDirectory what a relative path is relative to
     * @throws ModelException if there is no such file, here or there, or it cannot be fetched
     */
    public Path get(ModelName name, Path workingDirectory, PullListener listener)
            throws IOException, InterruptedException {
        return switch (name) {
            case ModelName.Alias(ModelAlias alias) -> {
                Path target = directory.resolve(alias.fileName());
                yield isThere(target) && Files.size(target) == alias.bytes()
                        ? target
                        : puller.pull(alias, target, listener);
            }
            case ModelName.Remote remote -> {
                Path target = directory.resolve(remote.place()).normalize();
                yield isThere(target) ? target : puller.pull(remote, target, listener);
            }
            case ModelName.Local(String written) -> local(written, workingDirectory);
        };
    }

    private static boolean isThere(Path target) {
        return Files.isRegularFile(target);
    }

    private Path local(String written, Path workingDirectory) {
        Path path = workingDirectory.resolve(written).normalize();
        if (Files.isDirectory(path)) {
            throw ModelException.refused(path + " is a directory: give the path of a .gguf file");
        }
        if (Files.exists(path)) {
            return path;
        }
        return inStore(written)
                .orElseThrow(() -> ModelException.refused("there is no file " + path
                        + " and no model of that name (aliases: "
                        + String.join(
                                ", ",
                                ModelAlias.all().stream().map(ModelAlias::name).toList())
                        + "; 'headwater models' lists what is at hand)"));
    }

    private Optional<Path> inStore(String written) {
        Path path = directory.resolve(written).normalize();
        return Optional.of(path)
                .filter(file -> file.startsWith(directory)
                        && isThere(file)
                        && file.toString().endsWith(SUFFIX));
    }
}
