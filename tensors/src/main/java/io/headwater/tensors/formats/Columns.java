/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.formats;

/** The column range of a {@link QuantDecoder}. */
final class Columns {
    private Columns() {}

    static void check(int fromColumn, int columns) {
        if (fromColumn < 0 || columns < 0 || (fromColumn | columns) % 32 != 0) {
            throw new IllegalArgumentException(
                    "fromColumn=" + fromColumn + ", columns=" + columns + ": both must be multiples of 32");
        }
    }
}
