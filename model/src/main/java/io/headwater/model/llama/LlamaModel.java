/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.llama;

import io.headwater.model.gguf.GgufException;
import io.headwater.model.gguf.GgufFile;
import io.headwater.model.gguf.GgufTensor;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * An open model file whose architecture, numbers, tensor names and shapes have been checked; the weights themselves are read by whoever
 * packs them. Immutable: any thread may read, until {@link #close()}.
 */
public final class LlamaModel implements AutoCloseable {
    static final String TOKEN_EMBEDDING = "token_embd.weight";
    static final String OUTPUT_NORM = "output_norm.weight";
    static final String OUTPUT = "output.weight";
    static final String ROPE_FREQS = "rope_freqs.weight";
    private final GgufFile file;
    private final LlamaConfig config;

    private LlamaModel(GgufFile file, LlamaConfig config) {
        this.file = file;
        this.config = config;
    }

    /**
     * Opens and checks a model.
     *
     * @throws GgufException if the file is damaged, of another architecture, or lacks a tensor or has one of the wrong shape
     */
    public static LlamaModel open(Path path) throws GgufException {
        return of(GgufFile.open(path));
    }

    /** As {@link #open}; takes the file, and closes it if it is no model that can be used. */
    public static LlamaModel of(GgufFile file) throws GgufException {
        boolean opened = false;
        try {
            LlamaConfig config = new LlamaConfigReader(file).read();
            LlamaTensors.check(file, config);
            LlamaModel model = new LlamaModel(file, config);
            opened = true;
            return model;
        } finally {
            if (!opened) {
                file.close();
            }
        }
    }

    /** The model's numbers. */
    public LlamaConfig config() {
        return config;
    }

    /** The file, for its metadata; owned by the model. */
    public GgufFile file() {
        return file;
    }

    /** A tensor of a layer. */
    public GgufTensor tensor(int layer, LayerTensor which) {
        return present(which.name(layer));
    }

    /** {@code [dim, vocabSize]}: a row for each token. */
    public GgufTensor tokenEmbedding() {
        return present(TOKEN_EMBEDDING);
    }

    /** {@code [dim]}. */
    public GgufTensor outputNorm() {
        return present(OUTPUT_NORM);
    }

    /** {@code [dim, vocabSize]}: output.weight, or the token embedding if they are tied. */
    public GgufTensor output() {
        return present(config.tiedEmbeddings() ? TOKEN_EMBEDDING : OUTPUT);
    }

    /** The bytes of one of this model's tensors. */
    public MemorySegment data(GgufTensor tensor) {
        return file.data(tensor);
    }

    private GgufTensor present(String name) {
        return file.tensor(name).orElseThrow(() -> new IllegalArgumentException("there is no tensor " + name));
    }

    /** Closes the file. */
    @Override
    public void close() {
        file.close();
    }
}
