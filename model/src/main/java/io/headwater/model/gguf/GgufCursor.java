/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.gguf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;

/** Reads a file front to back, and looks how much is left before each step. */
final class GgufCursor {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int NAME_LIMIT_BYTES = 65535;
    private final Path path;
    private final MemorySegment file;
    private final long length;
    private long position;

    GgufCursor(Path path, MemorySegment file) {
        this.path = path;
        this.file = file;
        this.length = file.byteSize();
    }

    long position() {
        return position;
    }

    long remaining() {
        return length - position;
    }

    int int32(String what) throws GgufException {
        long at = skip(Integer.BYTES, what);
        return file.get(INT, at);
    }

    /** Read as signed: what is meant as unsigned and absurdly large comes out negative, and {@link #count} refuses both. */
    long int64(String what) throws GgufException {
        long at = skip(Long.BYTES, what);
        return file.get(LONG, at);
    }

    /** A count of things of at least {@code minimumBytes} each that follow: it cannot be more than the rest of the file holds. */
    long count(int minimumBytes, String what) throws GgufException {
        long at = position;
        long count = int64(what);
        if (count < 0 || count > remaining() / minimumBytes) {
            throw damaged("the number of " + what + " at byte " + at + " is " + Long.toUnsignedString(count)
                    + ", but only " + remaining() + " bytes follow");
        }
        return count;
    }

    /** Skips a string's bytes and returns where they begin; their number is the distance to {@link #position()}. */
    long string(String what) throws GgufException {
        long at = position;
        long bytes = int64(what);
        if (bytes < 0 || bytes > remaining()) {
            throw damaged(what + " at byte " + at + " says it has " + Long.toUnsignedString(bytes) + " bytes, but only "
                    + remaining() + " follow");
        }
        return skip(bytes, what);
    }

    /** A key or a tensor's name. */
    String name(String what, long index) throws GgufException {
        long offset = string(what);
        long bytes = position - offset;
        if (bytes > NAME_LIMIT_BYTES) {
            throw damaged(what + " " + index + " has " + bytes + " bytes, more than " + NAME_LIMIT_BYTES);
        }
        String name = GgufText.decode(file, offset, (int) bytes);
        if (name == null) {
            throw damaged(what + " " + index + " is not valid UTF-8");
        }
        return name;
    }

    /** Moves on by {@code bytes} and returns where it was. */
    long skip(long bytes, String what) throws GgufException {
        if (bytes > remaining()) {
            throw damaged("the file ends at byte " + length + " within " + what);
        }
        long at = position;
        position += bytes;
        return at;
    }

    GgufException damaged(String problem) {
        return new GgufException(path, problem + ": the file is damaged or incomplete, fetch it again");
    }
}
