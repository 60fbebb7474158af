/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.wire;

import java.util.List;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/** Columns of one width each, without nulls and without nesting: all that the data plane sends. */
public record FlatSchema(List<Column> columns) {
    /** Partial or finished sums of an all-reduce. */
    public static final FlatSchema SUMS = of(new Column("sum", ColumnType.INT64));

    /** A shard's rows of the vocabulary, step row by step row. */
    public static final FlatSchema LOGITS = of(new Column("logit", ColumnType.FLOAT32));

    /** Rows of a step as its leader formed it. */
    public static final FlatSchema STEPS = of(
            new Column("sequence", ColumnType.INT64),
            new Column("position", ColumnType.INT32),
            new Column("token", ColumnType.INT32),
            new Column("flags", ColumnType.INT8));

    /** A named column. */
    public record Column(String name, ColumnType type) {}

    public FlatSchema {
        columns = List.copyOf(columns);
        if (columns.isEmpty()) {
            throw new IllegalArgumentException("columns=[]: a schema has at least one column");
        }
    }

    public static FlatSchema of(Column... columns) {
        return new FlatSchema(List.of(columns));
    }

    /** The schema an Arrow reader needs to decode a captured message. */
    public Schema arrow() {
        return new Schema(columns.stream()
                .map(column -> new Field(column.name, FieldType.notNullable(column.type.arrowType()), List.of()))
                .toList());
    }

    /** Bytes of a body of {@code count} rows: every column begins at a multiple of 8. */
    long bodyLength(int count) {
        long length = 0;
        for (int i = 0; i < columns.size(); i++) {
            length += ((long) columns.get(i).type.widthBytes() * count + 7) & -8L;
        }
        return length;
    }
}
