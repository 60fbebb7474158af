/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.model.gguf.GgufTensor;
import io.headwater.model.llama.LayerTensor;
import io.headwater.model.llama.LlamaConfig;
import io.headwater.model.llama.LlamaModel;
import io.headwater.tensors.formats.Dequantizer;
import io.headwater.tensors.forms.BadWeightException;
import io.headwater.tensors.forms.MatrixPacker;
import io.headwater.tensors.forms.MatrixSlice;
import io.headwater.tensors.forms.PackedMatrix;
import io.headwater.tensors.memory.MemoryLimitException;
import io.headwater.tensors.memory.WeightMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Packs one shard's slices of a model, a layer per task. */
final class WeightLoader {
    private final LlamaModel model;
    private final LlamaConfig config;
    private final ShardGeometry geometry;
    private final WeightMemory memory;
    private final LoadProgress progress;

    WeightLoader(LlamaModel model, ShardGeometry geometry, WeightMemory memory, LoadProgress progress) {
        this.model = model;
        this.config = model.config();
        this.geometry = geometry;
        this.memory = memory;
        this.progress = progress;
    }

    ShardWeights load(int threads) throws EngineException {
        try (ExecutorService executor = Executors.newFixedThreadPool(threads, task -> new Thread(task, "loader"))) {
            Future<PackedMatrix> output = executor.submit(this::output);
            List<Future<LayerWeights>> layers = new ArrayList<>();
            for (int layer = 0; layer < config.nLayers(); layer++) {
                int index = layer;
                layers.add(executor.submit(() -> layer(index)));
            }
            try {
                List<LayerWeights> loaded = new ArrayList<>();
                for (Future<LayerWeights> layer : layers) {
                    loaded.add(layer.get());
                }
                return new ShardWeights(loaded, vector(model.outputNorm()), output.get());
            } catch (ExecutionException e) {
                executor.shutdownNow();
                throw failure(e);
            } catch (InterruptedException e) {
                executor.shutdownNow();
                Thread.currentThread().interrupt();
                throw new EngineException("loading " + model.file().path() + " was interrupted", e);
            }
        }
    }

    private static EngineException failure(ExecutionException e) {
        if (e.getCause() instanceof EngineException known) {
            return known;
        }
        if (e.getCause() instanceof MemoryLimitException full) {
            return new EngineException(String.valueOf(full.getMessage()), full);
        }
        if (e.getCause() instanceof Error error) {
            throw error;
        }
        throw new IllegalStateException("loading failed: " + e.getCause(), e.getCause());
    }

    private LayerWeights layer(int layer) throws EngineException {
        int queryRow = geometry.firstKvHead() * config.groupSize() * config.headDim();
        int kvRow = geometry.firstKvHead() * config.headDim();
        int ffnRow = geometry.shard().ffnUnits().from() * geometry.units().ffnUnitColumns();
        return new LayerWeights(
                vector(model.tensor(layer, LayerTensor.ATTN_NORM)),
                vector(model.tensor(layer, LayerTensor.FFN_NORM)),
                rows(model.tensor(layer, LayerTensor.WQ), queryRow, geometry.queryDim()),
                rows(model.tensor(layer, LayerTensor.WK), kvRow, geometry.kvDim()),
                rows(model.tensor(layer, LayerTensor.WV), kvRow, geometry.kvDim()),
                columns(model.tensor(layer, LayerTensor.WO), queryRow, geometry.queryDim()),
                rows(model.tensor(layer, LayerTensor.W_GATE), ffnRow, geometry.ffnDim()),
                rows(model.tensor(layer, LayerTensor.W_UP), ffnRow, geometry.ffnDim()),
                columns(model.tensor(layer, LayerTensor.W_DOWN), ffnRow, geometry.ffnDim()));
    }

    private PackedMatrix output() throws EngineException {
        return rows(model.output(), geometry.firstVocabularyRow(), geometry.vocabularyRows());
    }

    private PackedMatrix rows(GgufTensor tensor, int from, int count) throws EngineException {
        int columns = Math.toIntExact(tensor.columns());
        return pack(tensor, new MatrixSlice(tensor.type(), model.data(tensor), columns, from, count, 0, columns));
    }

    private PackedMatrix columns(GgufTensor tensor, int from, int count) throws EngineException {
        int columns = Math.toIntExact(tensor.columns());
        int rows = Math.toIntExact(tensor.rows());
        return pack(tensor, new MatrixSlice(tensor.type(), model.data(tensor), columns, 0, rows, from, count));
    }

    private PackedMatrix pack(GgufTensor tensor, MatrixSlice slice) throws EngineException {
        try {
            PackedMatrix packed = MatrixPacker.pack(slice, memory::allocate);
            long share = tensor.byteSize() * slice.rows() / tensor.rows() * slice.columns() / tensor.columns();
            progress.add(share);
            return packed;
        } catch (BadWeightException e) {
            throw new EngineException(
                    model.file().path() + ": " + tensor.name() + " (" + tensor.type() + "): " + e.getMessage()
                            + ": the file is damaged, fetch it again",
                    e);
        }
    }

    private float[] vector(GgufTensor tensor) {
        float[] values = new float[Math.toIntExact(tensor.columns())];
        Dequantizer.row(tensor.type(), model.data(tensor), 0, values.length, values, 0);
        return values;
    }
}
