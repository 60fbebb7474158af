/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.llama;

import java.util.List;

/** The tensors of one layer, in the order in which a token meets them. */
public enum LayerTensor {
    ATTN_NORM("attn_norm"),
    WQ("attn_q"),
    WK("attn_k"),
    WV("attn_v"),
    WO("attn_output"),
    FFN_NORM("ffn_norm"),
    W_GATE("ffn_gate"),
    W_UP("ffn_up"),
    W_DOWN("ffn_down");

    private final String part;

    LayerTensor(String part) {
        this.part = part;
    }

    /** {@code blk.N.PART.weight}. */
    public String name(int layer) {
        return "blk." + layer + "." + part + ".weight";
    }

    /** {@code [columns, rows]}, GGML's order; a norm has one dimension. */
    public List<Long> shape(LlamaConfig config) {
        long dim = config.dim();
        long ffnDim = config.ffnDim();
        return switch (this) {
            case ATTN_NORM, FFN_NORM -> List.of(dim);
            case WQ -> List.of(dim, (long) config.queryDim());
            case WK, WV -> List.of(dim, (long) config.kvDim());
            case WO -> List.of((long) config.queryDim(), dim);
            case W_GATE, W_UP -> List.of(dim, ffnDim);
            case W_DOWN -> List.of(ffnDim, dim);
        };
    }

    /** Where the shape comes from, for messages. */
    String reason(LlamaConfig config) {
        return switch (this) {
            case ATTN_NORM, FFN_NORM -> "dim=" + config.dim();
            case WQ, WO -> "dim=" + config.dim() + ", nHeads=" + config.nHeads() + " × headDim=" + config.headDim();
            case WK, WV -> "dim=" + config.dim() + ", nKvHeads=" + config.nKvHeads() + " × headDim=" + config.headDim();
            case W_GATE, W_UP, W_DOWN -> "dim=" + config.dim() + ", ffnDim=" + config.ffnDim();
        };
    }
}
