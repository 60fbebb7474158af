/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.llama;

import io.headwater.model.gguf.GgufException;
import io.headwater.model.gguf.GgufFile;
import io.headwater.model.gguf.GgufMetadata;
import io.headwater.model.gguf.GgufTensor;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Reads the {@code llama.*} keys; each is checked alone and then against the others. */
final class LlamaConfigReader {
    private static final int LIMIT = 1 << 24; // of every count and of nHeads × headDim: far above any real model
    private final GgufFile file;
    private final GgufMetadata metadata;

    LlamaConfigReader(GgufFile file) {
        this.file = file;
        this.metadata = file.metadata();
    }

    LlamaConfig read() throws GgufException {
        checkArchitecture();
        int dim = required("llama.embedding_length");
        int nHeads = required("llama.attention.head_count");
        int nKvHeads = optional("llama.attention.head_count_kv", nHeads);
        if (nHeads % nKvHeads != 0) {
            throw problem("llama.attention.head_count=" + nHeads + " is no multiple of llama.attention.head_count_kv="
                    + nKvHeads);
        }
        int headDim = headDim(dim, nHeads);
        return new LlamaConfig(
                required("llama.block_count"),
                dim,
                required("llama.feed_forward_length"),
                nHeads,
                nKvHeads,
                headDim,
                vocabSize(),
                required("llama.context_length"),
                rmsNormEps(),
                new RopeReader(file).read(headDim),
                file.tensor(LlamaModel.OUTPUT).isEmpty());
    }

    private void checkArchitecture() throws GgufException {
        String architecture =
                metadata.string("general.architecture").orElseThrow(() -> missing("general.architecture"));
        if (!architecture.equals("llama")) {
            throw new GgufException(
                    file.path(),
                    "architecture " + architecture
                            + " is not supported, only llama is (SmolLM2, Llama 2 and 3, TinyLlama,"
                            + " Mistral): use such a model");
        }
        long experts = metadata.integer("llama.expert_count").orElse(0);
        if (experts != 0) {
            throw new GgufException(
                    file.path(),
                    "llama.expert_count=" + experts + ": mixtures of experts are not supported: use a dense model");
        }
    }

    private int headDim(int dim, int nHeads) throws GgufException {
        if (metadata.integer("llama.attention.key_length").isEmpty() && dim % nHeads != 0) {
            throw problem("llama.embedding_length=" + dim + " is no multiple of llama.attention.head_count=" + nHeads
                    + ", and llama.attention.key_length does not say the head size");
        }
        int headDim = optional("llama.attention.key_length", Math.max(1, dim / nHeads));
        int valueDim = optional("llama.attention.value_length", headDim);
        if (valueDim != headDim) {
            throw problem("llama.attention.value_length=" + valueDim + " differs from the key length " + headDim
                    + ", which is not supported");
        }
        if (headDim % 2 != 0) {
            throw problem("headDim=" + headDim + " is odd, rotary embedding needs pairs");
        }
        if ((long) nHeads * headDim > LIMIT) {
            throw problem("nHeads=" + nHeads + " × headDim=" + headDim + " is absurdly large");
        }
        return headDim;
    }

    private int vocabSize() throws GgufException {
        GgufTensor embedding = file.tensor(LlamaModel.TOKEN_EMBEDDING).orElse(null);
        long fromTensor = embedding == null ? 1 : embedding.rows();
        long fromTokens = metadata.length("tokenizer.ggml.tokens").orElse(fromTensor);
        if (fromTokens > LIMIT) {
            throw problem("a vocabulary of " + fromTokens + " is absurdly large");
        }
        int vocabSize = optional("llama.vocab_size", (int) Math.max(1, fromTokens));
        if (fromTokens > vocabSize) {
            throw problem(
                    "tokenizer.ggml.tokens has " + fromTokens + " entries, more than llama.vocab_size=" + vocabSize);
        }
        return vocabSize;
    }

    private float rmsNormEps() throws GgufException {
        String key = "llama.attention.layer_norm_rms_epsilon";
        OptionalDouble value = metadata.number(key);
        float eps = (float) value.orElseThrow(() -> missing(key));
        if (!(eps >= 0 && eps < 1)) {
            throw problem(key + "=" + eps + " is not in [0, 1)");
        }
        return eps;
    }

    private int required(String key) throws GgufException {
        OptionalLong value = metadata.integer(key);
        return checked(key, value.orElseThrow(() -> missing(key)));
    }

    private int optional(String key, int otherwise) throws GgufException {
        return checked(key, metadata.integer(key).orElse(otherwise));
    }

    private int checked(String key, long value) throws GgufException {
        if (value < 1 || value > LIMIT) {
            throw problem(key + "=" + value + " is not in [1, " + LIMIT + "]");
        }
        return (int) value;
    }

    private GgufException missing(String key) {
        return problem("metadata key " + key + " is missing");
    }

    private GgufException problem(String problem) {
        return new GgufException(file.path(), problem + ": the file is damaged or of an unknown kind, fetch another");
    }
}
