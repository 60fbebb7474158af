/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.tensors.forms.PackedMatrix;

/**
 * One shard's slices of one layer: {@code wq wk wv} by rows of its heads, {@code wo} by their columns, {@code wGate wUp} by rows of its
 * FFN units, {@code wDown} by their columns. Norms {@code [dim]} are whole: every shard has the whole residual stream.
 */
@SuppressWarnings("ArrayRecordComponent") // norms are read by index in kernels and never compared
record LayerWeights(
        float[] attentionNorm,
        float[] ffnNorm,
        PackedMatrix wq,
        PackedMatrix wk,
        PackedMatrix wv,
        PackedMatrix wo,
        PackedMatrix wGate,
        PackedMatrix wUp,
        PackedMatrix wDown) {

    /** Bytes that one step reads. */
    long byteSize() {
        return wq.byteSize()
                + wk.byteSize()
                + wv.byteSize()
                + wo.byteSize()
                + wGate.byteSize()
                + wUp.byteSize()
                + wDown.byteSize();
    }
}
