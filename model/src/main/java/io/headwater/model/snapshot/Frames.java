/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.snapshot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.util.HashMap;
import java.util.Map;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;

/**
 * The messages of a segment's Arrow stream, one at a time, on the Java heap. Arrow's own reader keeps native memory when a message is not what it should
 * be; this one has none, and takes no more than the segment is long.
 */
final class Frames {
    private static final int CONTINUATION = -1;

    /** A header has some twenty keys and two kilobytes, and the text of a session's name. */
    private static final int MOST_SCHEMA_BYTES = 1 << 20;

    private static final int MOST_KEYS = 64;

    private final String name;
    private final SeekableByteChannel in;
    private long left;
    private ByteBuffer body = buffer(0);

    /** Of a source that is whole: its first {@code bytes}. */
    Frames(SnapshotSource source, long bytes) throws IOException {
        this.name = source.name();
        this.in = source.channel().position(0);
        this.left = bytes;
    }

    /**
     * The first message: what the segment says of itself, in a schema that must be the one which a segment that says so has, to the byte. Of the schema
     * itself nothing is read but this text, in bounded work: fields of a forged one may have themselves as children.
     */
    SnapshotHeader header() throws SnapshotException, IOException {
        Message message = next(MessageHeader.Schema, "a schema");
        ByteBuffer bytes = message.getByteBuffer();
        if (bytes.remaining() > MOST_SCHEMA_BYTES) {
            throw SnapshotException.damaged(name, "has a schema of " + bytes.remaining() + " bytes");
        }
        SnapshotHeader header = HeaderText.parse(name, metadata((Schema) message.header(new Schema())));
        if (!bytes.equals(SnapshotSchema.message(header))) {
            throw SnapshotException.damaged(name, "has other columns than its header asks for");
        }
        return header;
    }

    private static Map<String, String> metadata(Schema schema) {
        int count = schema.customMetadataLength();
        if (count > MOST_KEYS) {
            throw new IllegalArgumentException("a header of " + count + " keys");
        }
        Map<String, String> metadata = new HashMap<>();
        for (int i = 0; i < count; i++) {
            KeyValue entry = schema.customMetadata(i);
            metadata.put(entry.key(), entry.value());
        }
        return metadata;
    }

    /** The next message; its buffers lie in {@link #body}. */
    RecordBatch batch() throws SnapshotException, IOException {
        return (RecordBatch) next(MessageHeader.RecordBatch, "a record batch").header(new RecordBatch());
    }

    /** Of the last message; the next one overwrites it. */
    ByteBuffer body() {
        return body;
    }

    /** Nothing but the stream's end may be left. */
    void end() throws SnapshotException, IOException {
        ByteBuffer prefix = read(buffer(2 * Integer.BYTES));
        if (prefix.getInt() != CONTINUATION || prefix.getInt() != 0 || left != 0) {
            throw SnapshotException.damaged(name, "goes on after its last head");
        }
    }

    private Message next(byte type, String what) throws SnapshotException, IOException {
        ByteBuffer prefix = read(buffer(2 * Integer.BYTES));
        if (prefix.getInt() != CONTINUATION) {
            throw SnapshotException.damaged(name, "has no message where " + what + " must be");
        }
        Message message = Message.getRootAsMessage(read(buffer(checked(prefix.getInt()))));
        if (message.headerType() != type) {
            throw SnapshotException.damaged(name, "has another message where " + what + " must be");
        }
        int bodyLength = checked(message.bodyLength());
        if (body.capacity() < bodyLength) {
            body = buffer(bodyLength);
        }
        read(body.clear().limit(bodyLength));
        return message;
    }

    private int checked(long length) throws SnapshotException {
        if (length < 0 || length > Math.min(left, Integer.MAX_VALUE)) {
            throw SnapshotException.damaged(name, "has a message of " + length + " bytes in the last " + left);
        }
        return (int) length;
    }

    private ByteBuffer read(ByteBuffer into) throws SnapshotException, IOException {
        if (into.remaining() > left) {
            throw SnapshotException.damaged(name, "ends within a message");
        }
        left -= into.remaining();
        Trailer.readFully(in, into, name);
        return into.flip();
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
