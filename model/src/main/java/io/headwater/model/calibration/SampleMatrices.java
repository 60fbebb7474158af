/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.calibration;

import io.headwater.compression.entropy.Calibrator;
import io.headwater.compression.entropy.CovarianceSpectrum;
import io.headwater.model.engine.LayerProbe;
import io.headwater.model.llama.LlamaConfig;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/** The queries and hidden states of all tokens of one sample, layer by layer, and their entropies. Owned by the thread that runs the steps. */
final class SampleMatrices implements LayerProbe {
    private final LlamaConfig config;
    private final int tokens;
    /** {@code [layer][query head][token, headDim]}. */
    private final float[][][] queries;
    /** {@code [layer][token, dim]}. */
    private final float[][] hidden;

    /** Rows before the step, the same for all its layers. */
    private int filled;

    SampleMatrices(LlamaConfig config, int tokens) {
        this.config = config;
        this.tokens = tokens;
        queries = new float[config.nLayers()][config.nHeads()][Math.multiplyExact(tokens, config.headDim())];
        hidden = new float[config.nLayers()][Math.multiplyExact(tokens, config.dim())];
    }

    /** Bytes of heap that the matrices of a sample take. */
    static long bytes(LlamaConfig config, int tokens) {
        long floats = (long) config.nHeads() * config.headDim() + config.dim();
        return floats * Float.BYTES * tokens * config.nLayers();
    }

    /** Before a sample's first step. */
    void clear() {
        filled = 0;
    }

    @Override
    public void layer(int layer, int rows, float[] residual, float[] rotated) {
        int headDim = config.headDim();
        int width = config.nHeads() * headDim;
        for (int row = 0; row < rows; row++) {
            for (int head = 0; head < config.nHeads(); head++) {
                int from = row * width + head * headDim;
                System.arraycopy(rotated, from, queries[layer][head], (filled + row) * headDim, headDim);
            }
        }
        System.arraycopy(residual, 0, hidden[layer], filled * config.dim(), rows * config.dim());
        if (layer == config.nLayers() - 1) {
            filled += rows;
        }
    }

    /**
     * When the sample is read: truncated entropies of each head's queries, {@code [layer][query head]}. From when it is cancelled on, no more are
     * computed, and what it returns is of no use.
     */
    double[][] ofQueryHeads(BooleanSupplier cancelled) {
        int nHeads = config.nHeads();
        double[] all = IntStream.range(0, config.nLayers() * nHeads)
                .parallel()
                .mapToDouble(i -> cancelled.getAsBoolean() ? Double.NaN : ofQueryHead(i / nHeads, i % nHeads))
                .toArray();
        double[][] entropies = new double[config.nLayers()][nHeads];
        for (int i = 0; i < all.length; i++) {
            entropies[i / nHeads][i % nHeads] = all[i];
        }
        return entropies;
    }

    private double ofQueryHead(int layer, int head) {
        return CovarianceSpectrum.of(queries[layer][head], tokens, config.headDim())
                .truncatedEntropy(Calibrator.TRUNCATION);
    }

    /** Likewise: entropies of what each layer gets. */
    double[] ofLayers(BooleanSupplier cancelled) {
        return IntStream.range(0, config.nLayers())
                .parallel()
                .mapToDouble(layer -> cancelled.getAsBoolean() ? Double.NaN : ofLayer(layer))
                .toArray();
    }

    private double ofLayer(int layer) {
        return CovarianceSpectrum.of(hidden[layer], tokens, config.dim()).entropy();
    }
}
