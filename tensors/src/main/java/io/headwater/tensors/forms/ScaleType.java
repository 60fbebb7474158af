/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.forms;

/** How a block's scales and minimums are stored: f16 where the file's are f16, f32 where they are products (K-quants). */
public enum ScaleType {
    HALF(2),
    FLOAT(4);

    private final int bytes;

    ScaleType(int bytes) {
        this.bytes = bytes;
    }

    public int bytes() {
        return bytes;
    }
}
