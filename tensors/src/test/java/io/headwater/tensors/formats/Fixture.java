/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.formats;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/** Blocks and what gguf-py makes of them; {@code resources/formats/README.md} says how they were made. */
final class Fixture {
    static final int ELEMENTS = 512;

    private Fixture() {}

    static MemorySegment blocks(TensorType type) {
        return MemorySegment.ofArray(read(type + ".blocks"));
    }

    static float[] values(TensorType type) {
        MemorySegment image = MemorySegment.ofArray(read(type + ".f32"));
        return image.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN));
    }

    private static byte[] read(String name) {
        try (InputStream in = Fixture.class.getResourceAsStream("/formats/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException(name, e);
        }
    }
}
