/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.llama;

import io.headwater.model.gguf.GgufException;
import io.headwater.model.gguf.GgufFile;
import io.headwater.model.gguf.GgufTensor;
import io.headwater.tensors.formats.TensorType;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Holds a file's tensors against its configuration: each that the forward pass reads is there with its shape, and none is there that it
 * would silently leave out (a bias, an expert).
 */
final class LlamaTensors {
    private final GgufFile file;
    private final Set<String> known = new HashSet<>();

    private LlamaTensors(GgufFile file) {
        this.file = file;
    }

    static void check(GgufFile file, LlamaConfig config) throws GgufException {
        new LlamaTensors(file).check(config);
    }

    private void check(LlamaConfig config) throws GgufException {
        List<Long> vocabulary = List.of((long) config.dim(), (long) config.vocabSize());
        String vocabularyReason = "dim=" + config.dim() + ", vocabSize=" + config.vocabSize();
        expect(LlamaModel.TOKEN_EMBEDDING, vocabulary, vocabularyReason);
        expectNorm(LlamaModel.OUTPUT_NORM, List.of((long) config.dim()), "dim=" + config.dim());
        if (!config.tiedEmbeddings()) {
            expect(LlamaModel.OUTPUT, vocabulary, vocabularyReason);
        }
        for (int layer = 0; layer < config.nLayers(); layer++) {
            for (LayerTensor which : LayerTensor.values()) {
                expectOfLayer(config, layer, which);
            }
        }
        known.add(LlamaModel.ROPE_FREQS);
        refuseUnknown();
    }

    private void expectOfLayer(LlamaConfig config, int layer, LayerTensor which) throws GgufException {
        switch (which) {
            case ATTN_NORM, FFN_NORM -> expectNorm(which.name(layer), which.shape(config), which.reason(config));
            case WQ, WK, WV, WO, W_GATE, W_UP, W_DOWN ->
                expect(which.name(layer), which.shape(config), which.reason(config));
        }
    }

    private void expectNorm(String name, List<Long> shape, String reason) throws GgufException {
        GgufTensor tensor = expect(name, shape, reason);
        if (tensor.type().quantised()) {
            throw problem(name + " is " + tensor.type() + ", norms must be " + TensorType.F32 + ", " + TensorType.F16
                    + " or " + TensorType.BF16 + ": fetch another file");
        }
    }

    private GgufTensor expect(String name, List<Long> shape, String reason) throws GgufException {
        GgufTensor tensor = file.tensor(name)
                .orElseThrow(() -> problem("tensor " + name + " is missing" + whereAllAreMissing()
                        + ": the file is incomplete, fetch it again"));
        if (!tensor.shape().equals(shape)) {
            throw problem(name + " is " + tensor.shape() + ", expected " + shape + " (" + reason
                    + "): the file is damaged, fetch it again");
        }
        known.add(name);
        return tensor;
    }

    private String whereAllAreMissing() {
        return file.tensors().isEmpty() ? " (the file has a vocabulary only, no weights)" : "";
    }

    private void refuseUnknown() throws GgufException {
        for (GgufTensor tensor : file.tensors()) {
            if (!known.contains(tensor.name())) {
                throw problem("tensor " + tensor.name() + " is no part of the llama architecture as supported"
                        + " (no biases, no experts, no layers beyond block_count): use another model");
            }
        }
    }

    private GgufException problem(String problem) {
        return new GgufException(file.path(), problem);
    }
}
