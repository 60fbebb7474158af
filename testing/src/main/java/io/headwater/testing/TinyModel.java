/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.testing;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * A small random model of the llama architecture with a vocabulary and a chat template. The defaults: 2 layers, dim 64, ffnDim 96, 4 query
 * and 2 KV heads of 16, a vocabulary of 320, context 256, Q8_0, untied. Weights are scaled so that activations stay near 1 and logits
 * spread over a few units. A tensor's values depend on the seed and its name only.
 *
 * <p>Blocks bind the sizes: dim, ffnDim and nHeads × headDim must be multiples of 32, for K formats of 256.
 */
public final class TinyModel {
    private int layers = 2;
    private int dim = 64;
    private int ffnDim = 96;
    private int nHeads = 4;
    private int nKvHeads = 2;
    private int headDim = 16;
    private int vocabSize = 320;
    private int contextLength = 256;
    private boolean tied;
    private long seed = 1;
    private String preTokenizer = "smollm";
    private GgufFormat attention = GgufFormat.Q8_0;
    private GgufFormat ffn = GgufFormat.Q8_0;
    private GgufFormat embedding = GgufFormat.Q8_0;
    private GgufFormat output = GgufFormat.Q8_0;
    private GgufFormat norms = GgufFormat.F32;
    private float linearFactor = 1;
    private float llama3Factor = 1;
    private boolean llama3Tensor;

    /** The defaults. */
    public static TinyModel create() {
        return new TinyModel();
    }

    private TinyModel() {}

    /** Number of layers. */
    public TinyModel layers(int count) {
        this.layers = count;
        return this;
    }

    /** Width of the residual stream. */
    public TinyModel dim(int width) {
        this.dim = width;
        return this;
    }

    /** Width of the MLP. */
    public TinyModel ffnDim(int width) {
        this.ffnDim = width;
        return this;
    }

    /** Query and KV heads: 3:1 is {@code heads(6, 2)} or {@code heads(3, 1)}. */
    public TinyModel heads(int query, int kv) {
        this.nHeads = query;
        this.nKvHeads = kv;
        return this;
    }

    /** Elements of a head, even. */
    public TinyModel headDim(int elements) {
        this.headDim = elements;
        return this;
    }

    /** Entries of the vocabulary, from {@link TinyVocabulary#MINIMUM}. */
    public TinyModel vocabSize(int entries) {
        this.vocabSize = entries;
        return this;
    }

    /** {@code llama.context_length}. */
    public TinyModel contextLength(int tokens) {
        this.contextLength = tokens;
        return this;
    }

    /** True for a file without output.weight. */
    public TinyModel tied(boolean isTied) {
        this.tied = isTied;
        return this;
    }

    /** The seed of all weights. */
    public TinyModel seed(long value) {
        this.seed = value;
        return this;
    }

    /** {@code tokenizer.ggml.pre}. */
    public TinyModel preTokenizer(String name) {
        this.preTokenizer = name;
        return this;
    }

    /** Format of all matrices, embedding and output too. */
    public TinyModel format(GgufFormat format) {
        return attention(format).ffn(format).embedding(format).output(format);
    }

    /** Format of wq, wk, wv, wo. */
    public TinyModel attention(GgufFormat format) {
        this.attention = format;
        return this;
    }

    /** Format of wGate, wUp, wDown. */
    public TinyModel ffn(GgufFormat format) {
        this.ffn = format;
        return this;
    }

    /** Format of token_embd.weight. */
    public TinyModel embedding(GgufFormat format) {
        this.embedding = format;
        return this;
    }

    /** Format of output.weight. */
    public TinyModel output(GgufFormat format) {
        this.output = format;
        return this;
    }

    /** Format of the norms: F32, F16 or BF16. */
    public TinyModel norms(GgufFormat format) {
        this.norms = format;
        return this;
    }

    /** Linear rope scaling. */
    public TinyModel linearRope(float factor) {
        this.linearFactor = factor;
        return this;
    }

    /** Llama 3 rope scaling by keys: low and high frequency factors 1 and 4, original context 64. */
    public TinyModel llama3RopeKeys(float factor) {
        this.llama3Factor = factor;
        return this;
    }

    /** Llama 3 rope scaling by rope_freqs.weight, divisors rising from 1 to {@code factor}. */
    public TinyModel llama3RopeTensor(float factor) {
        this.llama3Factor = factor;
        this.llama3Tensor = true;
        return this;
    }

    /** Writes {@code tiny.gguf} into a directory. */
    public Path write(Path directory) throws IOException {
        return writer().write(directory.resolve("tiny.gguf"));
    }

    /** Keys and vocabulary without tensors. */
    public GgufWriter vocabularyOnly() {
        GgufWriter writer = new GgufWriter();
        keys(writer);
        return new TinyVocabulary(vocabSize).writeTo(writer, preTokenizer);
    }

    /** The whole model, for a test that changes something before it writes. */
    public GgufWriter writer() {
        GgufWriter writer = vocabularyOnly();
        double spread = tied ? 3 / Math.sqrt(dim) : 0.5;
        matrix(writer, "token_embd.weight", embedding, dim, vocabSize, spread);
        for (int layer = 0; layer < layers; layer++) {
            layer(writer, "blk." + layer + ".");
        }
        norm(writer, "output_norm.weight");
        if (!tied) {
            matrix(writer, "output.weight", output, dim, vocabSize, 3 / Math.sqrt(dim));
        }
        if (llama3Tensor) {
            writer.tensor("rope_freqs.weight", GgufFormat.F32, List.of(headDim / 2L), divisors());
        }
        return writer;
    }

    private void keys(GgufWriter writer) {
        writer.string("general.architecture", "llama")
                .string("general.name", "tiny")
                .uint32("llama.block_count", layers)
                .uint32("llama.context_length", contextLength)
                .uint32("llama.embedding_length", dim)
                .uint32("llama.feed_forward_length", ffnDim)
                .uint32("llama.attention.head_count", nHeads)
                .uint32("llama.attention.head_count_kv", nKvHeads)
                .uint32("llama.attention.key_length", headDim)
                .uint32("llama.attention.value_length", headDim)
                .uint32("llama.rope.dimension_count", headDim)
                .float32("llama.rope.freq_base", 10000)
                .float32("llama.attention.layer_norm_rms_epsilon", 1e-5f)
                .uint32("llama.vocab_size", vocabSize);
        if (linearFactor != 1) {
            writer.string("llama.rope.scaling.type", "linear").float32("llama.rope.scaling.factor", linearFactor);
        }
        if (llama3Factor != 1 && !llama3Tensor) {
            writer.string("llama.rope.scaling.type", "llama3")
                    .float32("llama.rope.scaling.factor", llama3Factor)
                    .float32("llama.rope.scaling.low_freq_factor", 1)
                    .float32("llama.rope.scaling.high_freq_factor", 4)
                    .uint32("llama.rope.scaling.original_context_length", 64);
        }
    }

    private void layer(GgufWriter writer, String prefix) {
        int queryDim = nHeads * headDim;
        int kvDim = nKvHeads * headDim;
        norm(writer, prefix + "attn_norm.weight");
        matrix(writer, prefix + "attn_q.weight", attention, dim, queryDim, 1 / Math.sqrt(dim));
        matrix(writer, prefix + "attn_k.weight", attention, dim, kvDim, 1 / Math.sqrt(dim));
        matrix(writer, prefix + "attn_v.weight", attention, dim, kvDim, 1 / Math.sqrt(dim));
        matrix(writer, prefix + "attn_output.weight", attention, queryDim, dim, 0.5 / Math.sqrt(queryDim));
        norm(writer, prefix + "ffn_norm.weight");
        matrix(writer, prefix + "ffn_gate.weight", ffn, dim, ffnDim, 1 / Math.sqrt(dim));
        matrix(writer, prefix + "ffn_up.weight", ffn, dim, ffnDim, 1 / Math.sqrt(dim));
        matrix(writer, prefix + "ffn_down.weight", ffn, ffnDim, dim, 1 / Math.sqrt(ffnDim));
    }

    private void matrix(GgufWriter writer, String name, GgufFormat format, int columns, int rows, double deviation) {
        if (columns % format.blockElements() != 0) {
            throw new IllegalArgumentException(name + " has rows of " + columns + ", " + format
                    + " needs a multiple of " + format.blockElements());
        }
        Random random = random(name);
        float[] values = new float[columns * rows];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * deviation);
        }
        writer.tensor(name, format, List.of((long) columns, (long) rows), values);
    }

    private void norm(GgufWriter writer, String name) {
        Random random = random(name);
        float[] values = new float[dim];
        for (int i = 0; i < dim; i++) {
            values[i] = 0.75f + 0.5f * random.nextFloat();
        }
        writer.tensor(name, norms, List.of((long) dim), values);
    }

    private float[] divisors() {
        float[] divisors = new float[headDim / 2];
        for (int i = 0; i < divisors.length; i++) {
            divisors[i] = 1 + (llama3Factor - 1) * i / Math.max(1, divisors.length - 1);
        }
        return divisors;
    }

    private Random random(String tensor) {
        return new Random(seed * 0x9E3779B97F4A7C15L + tensor.hashCode());
    }
}
