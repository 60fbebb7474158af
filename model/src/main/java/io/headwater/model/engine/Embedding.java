/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.model.gguf.GgufTensor;
import io.headwater.model.llama.LlamaModel;
import io.headwater.tensors.formats.Dequantizer;
import java.lang.foreign.MemorySegment;

/** Rows of the token embedding, read from the mapped file when they are needed. Stateless. */
final class Embedding {
    private final GgufTensor tensor;
    private final MemorySegment data;
    private final int dim;

    Embedding(LlamaModel model) {
        this.tensor = model.tokenEmbedding();
        this.data = model.data(tensor);
        this.dim = model.config().dim();
    }

    void read(int token, float[] out, int offset) {
        Dequantizer.row(tensor.type(), data, token * tensor.rowBytes(), dim, out, offset);
    }
}
