/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.models;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Where a download's bytes go: the seam at which a test fills the disk. */
interface Disk {
    /** What may still be written into a directory. */
    long usableBytes(Path directory) throws IOException;

    /** Opens a file for writing at its end; creates it if it is absent. */
    WritableByteChannel append(Path file) throws IOException;

    /** The real one. */
    static Disk real() {
        return new Disk() {
            @Override
            public long usableBytes(Path directory) throws IOException {
                return Files.getFileStore(directory).getUsableSpace();
            }

            @Override
            public WritableByteChannel append(Path file) throws IOException {
                return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            }
        };
    }
}
