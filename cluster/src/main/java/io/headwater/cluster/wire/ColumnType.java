/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.wire;

import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;

/** What a column of a message holds. */
public enum ColumnType {
    INT64(8, new ArrowType.Int(64, true)),
    INT32(4, new ArrowType.Int(32, true)),
    INT8(1, new ArrowType.Int(8, true)),
    FLOAT32(4, new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE));

    private final int widthBytes;

    @SuppressWarnings("ImmutableEnumChecker") // Arrow's types have no setters
    private final ArrowType arrowType;

    ColumnType(int widthBytes, ArrowType arrowType) {
        this.widthBytes = widthBytes;
        this.arrowType = arrowType;
    }

    public int widthBytes() {
        return widthBytes;
    }

    ArrowType arrowType() {
        return arrowType;
    }
}
