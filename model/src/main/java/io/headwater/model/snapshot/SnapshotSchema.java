/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.snapshot;

import io.headwater.model.kvcache.EntryState;
import io.headwater.tensors.kernels.KvType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.ipc.WriteChannel;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * The columns of a segment. A record batch has one row, a piece of one head: at most {@link #PIECE_ENTRIES} entries. Heads come
 * layer by layer, KV heads rising, their pieces in order, at least one. A number in bf16 is written as the 16 bits that it is ({@code uint16}).
 */
final class SnapshotSchema {
    /** Bounds the memory of writing and reading: 512 KiB of keys and values for 128 dimensions in f32. */
    static final int PIECE_ENTRIES = 512;

    private static final ArrowType INT32 = new ArrowType.Int(32, true);
    private static final ArrowType UINT16 = new ArrowType.Int(16, false);
    private static final ArrowType FLOAT32 = new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);

    private SnapshotSchema() {}

    static Schema of(SnapshotHeader header) {
        return new Schema(fields(header), HeaderText.of(header));
    }

    /** The schema's message as a segment has it, behind its mark and length. */
    static ByteBuffer message(SnapshotHeader header) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (WriteChannel out = new WriteChannel(Channels.newChannel(bytes))) {
            MessageSerializer.serialize(out, of(header));
        }
        return ByteBuffer.wrap(bytes.toByteArray()).position(2 * Integer.BYTES);
    }

    private static List<Field> fields(SnapshotHeader header) {
        ArrowType stored = header.heads().layout().type() == KvType.F32 ? FLOAT32 : UINT16;
        EntryState kept = header.kv().entryState();
        Field vector = new Field(
                "vector",
                FieldType.notNullable(
                        new ArrowType.FixedSizeList(header.heads().layout().headDim())),
                List.of(item(stored)));
        List<Field> fields = new ArrayList<>(List.of(
                new Field("layer", FieldType.notNullable(INT32), List.of()),
                new Field("kv_head", FieldType.notNullable(INT32), List.of()),
                new Field("entries", FieldType.notNullable(INT32), List.of()),
                new Field("first", FieldType.notNullable(INT32), List.of()),
                list("position", item(INT32)),
                list("key", vector),
                list("value", vector)));
        if (kept.columnSums()) {
            fields.add(list("column_sum", item(FLOAT32)));
        }
        if (kept.floats() > 0) {
            fields.add(list("state", item(FLOAT32)));
        }
        fields.add(nullableList("bias", FLOAT32));
        fields.add(nullableList("member_count", INT32));
        fields.add(nullableList("member_ratio", FLOAT32));
        if (kept.window() > 0) {
            fields.add(list("queries", item(stored)));
        }
        return fields;
    }

    private static Field item(ArrowType type) {
        return new Field("item", FieldType.notNullable(type), List.of());
    }

    private static Field list(String name, Field item) {
        return new Field(name, FieldType.notNullable(new ArrowType.List()), List.of(item));
    }

    private static Field nullableList(String name, ArrowType item) {
        return new Field(name, FieldType.nullable(new ArrowType.List()), List.of(item(item)));
    }
}
