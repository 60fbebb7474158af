/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.llama;

/**
 * The numbers of a model, checked: all positive, {@code nHeads = nKvHeads × groupSize}, headDim even. {@code dim} need not be
 * {@code nHeads × headDim}.
 *
 * @param dim width of the residual stream
 * @param ffnDim width of the MLP
 * @param contextLength tokens that the model was trained for
 * @param tiedEmbeddings true if the file has no output.weight and token_embd.weight serves in its place
 */
public record LlamaConfig(
        int nLayers,
        int dim,
        int ffnDim,
        int nHeads,
        int nKvHeads,
        int headDim,
        int vocabSize,
        int contextLength,
        float rmsNormEps,
        RopeConfig rope,
        boolean tiedEmbeddings) {

    /** Query heads that share a KV head. */
    public int groupSize() {
        return nHeads / nKvHeads;
    }

    /** Width of all query heads together: {@code nHeads × headDim}. */
    public int queryDim() {
        return nHeads * headDim;
    }

    /** Width of all KV heads together: {@code nKvHeads × headDim}. */
    public int kvDim() {
        return nKvHeads * headDim;
    }
}
