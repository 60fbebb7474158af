/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.google.flatbuffers.FlatBufferBuilder;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.KvType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.time.Duration;
import java.util.Map;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.flatbuf.Struct_;
import org.apache.arrow.flatbuf.Type;
import org.junit.jupiter.api.Test;

/** Schemas that nobody wrote, with a right header and a right sum. */
final class ForgedSchemaTest {
    private static final SnapshotHeader HEADER = SnapshotHeader.of(
            new SnapshotOrigin("model", "session", 5),
            new SequencePoint(3, 0),
            KvOptions.NONE,
            new HeadRange(new KvLayout(4, KvType.F32), 1, 1, 1, 0, 1));

    /** Forty levels of a field twice in the next, a few kilobytes, are 2⁴⁰ fields for a reader that follows them. */
    @Test
    void aFieldThatIsThereManyTimesCostsNothing() throws Exception {
        byte[] bytes = segment(nested(40));
        assertThat(bytes.length).isLessThan(8192);
        assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
            assertThatThrownBy(() -> MemoryChannel.source("forged", bytes).header())
                    .isInstanceOf(SnapshotException.class)
                    .hasMessageStartingWith("forged: has other columns than its header asks for; drop it");
        });
    }

    @Test
    void theSchemaOfTheHeaderIsTaken() throws Exception {
        ByteBuffer schema = SnapshotSchema.message(HEADER);
        assertThat(MemoryChannel.source("right", segment(schema)).header()).isEqualTo(HEADER);
    }

    private static ByteBuffer nested(int levels) {
        FlatBufferBuilder builder = new FlatBufferBuilder();
        int field = field(builder, 0);
        for (int level = 0; level < levels; level++) {
            field = field(builder, Field.createChildrenVector(builder, new int[] {field, field}));
        }
        int fields = Schema.createFieldsVector(builder, new int[] {field});
        int metadata = Schema.createCustomMetadataVector(builder, metadata(builder));
        Schema.startSchema(builder);
        Schema.addFields(builder, fields);
        Schema.addCustomMetadata(builder, metadata);
        int schema = Schema.endSchema(builder);
        Message.startMessage(builder);
        Message.addVersion(builder, MetadataVersion.V5);
        Message.addHeaderType(builder, MessageHeader.Schema);
        Message.addHeader(builder, schema);
        builder.finish(Message.endMessage(builder));
        return builder.dataBuffer();
    }

    private static int field(FlatBufferBuilder builder, int children) {
        int name = builder.createString("item");
        Struct_.startStruct_(builder);
        int type = Struct_.endStruct_(builder);
        Field.startField(builder);
        Field.addName(builder, name);
        Field.addTypeType(builder, Type.Struct_);
        Field.addType(builder, type);
        if (children != 0) {
            Field.addChildren(builder, children);
        }
        return Field.endField(builder);
    }

    private static int[] metadata(FlatBufferBuilder builder) {
        return HeaderText.of(HEADER).entrySet().stream()
                .mapToInt(entry -> entry(builder, entry))
                .toArray();
    }

    private static int entry(FlatBufferBuilder builder, Map.Entry<String, String> entry) {
        int key = builder.createString(entry.getKey());
        return KeyValue.createKeyValue(builder, key, builder.createString(entry.getValue()));
    }

    private static byte[] segment(ByteBuffer schema) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ChecksumChannel out = new ChecksumChannel(Channels.newChannel(bytes))) {
            ByteBuffer prefix = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            out.write(prefix.putInt(-1).putInt(schema.remaining()).flip());
            out.write(schema);
            Trailer.write(out);
        }
        return bytes.toByteArray();
    }
}
