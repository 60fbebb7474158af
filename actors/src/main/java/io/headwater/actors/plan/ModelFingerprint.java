/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import io.headwater.model.gguf.GgufFile;
import io.headwater.model.gguf.GgufTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Tells model files apart without reading the weights: the file's size, and the SHA-256 of all before them. */
public final class ModelFingerprint {
    private static final int PIECE = 1 << 16;

    private ModelFingerprint() {}

    /** {@code SIZE-SHA256}. */
    public static String of(GgufFile file) throws IOException {
        long header =
                file.tensors().stream().mapToLong(GgufTensor::offset).min().orElse(file.byteSize());
        MessageDigest digest = sha256();
        ByteBuffer piece = ByteBuffer.allocate(PIECE);
        try (FileChannel channel = FileChannel.open(file.path())) {
            for (long at = 0; at < header; ) {
                piece.clear().limit((int) Math.min(PIECE, header - at));
                int read = channel.read(piece, at);
                if (read < 0) {
                    throw new IOException(file.path() + " ends at " + at + ", its header at " + header
                            + ": it was changed meanwhile");
                }
                digest.update(piece.flip());
                at += read;
            }
        }
        return file.byteSize() + "-" + HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
