/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.calibration;

import io.headwater.compression.entropy.Calibration;
import io.headwater.compression.entropy.Calibrator;
import io.headwater.model.engine.EngineException;
import io.headwater.model.engine.EngineGroup;
import io.headwater.model.engine.LayerProbe;
import io.headwater.model.engine.Sequence;
import io.headwater.model.engine.SequenceFeed;
import io.headwater.model.llama.LlamaConfig;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/**
 * Reads samples of text, each from an empty cache, and makes a model's calibration of what its layers make of them. Owned by the engines' thread; the
 * spectra are computed on all cores between two samples.
 */
public final class CalibrationRun {
    private final EngineGroup engines;
    private final LlamaConfig config;
    private final BooleanSupplier cancelled;

    /** {@code cancelled} is asked between two steps and before each head's spectrum, there by any thread. */
    public CalibrationRun(EngineGroup engines, LlamaConfig config, BooleanSupplier cancelled) {
        this.engines = engines;
        this.config = config;
        this.cancelled = cancelled;
    }

    /** Bytes of heap that a run takes. */
    public static long heapBytes(LlamaConfig config, int tokens) {
        return SampleMatrices.bytes(config, tokens);
    }

    /**
     * The calibration of a model by samples of equal length.
     *
     * @param fingerprint of the model's file
     * @throws EngineException if the engines fail
     * @throws CancellationException if that was asked for
     */
    public Calibration over(List<int[]> samples, String fingerprint, Progress progress) throws EngineException {
        int tokens = samples.getFirst().length;
        Calibrator calibrator = new Calibrator(config.nLayers(), config.nKvHeads(), config.groupSize());
        SampleMatrices matrices = new SampleMatrices(config, tokens);
        engines.probe(matrices);
        try {
            for (int i = 0; i < samples.size(); i++) {
                read(samples.get(i), matrices, (long) i * tokens, progress);
                double[][] ofQueryHeads = matrices.ofQueryHeads(cancelled);
                double[] ofLayers = matrices.ofLayers(cancelled);
                checkWanted(); // before entropies that may be none are added
                calibrator.add(ofQueryHeads, ofLayers);
            }
        } finally {
            engines.probe(LayerProbe.NONE);
        }
        return calibrator.calibration(fingerprint, tokens);
    }

    private void checkWanted() {
        if (cancelled.getAsBoolean()) {
            throw new CancellationException("calibration");
        }
    }

    private void read(int[] sample, SampleMatrices matrices, long before, Progress progress) throws EngineException {
        matrices.clear();
        SequenceFeed feed = new SequenceFeed(engines);
        try (Sequence sequence = engines.open()) {
            for (int at = 0; at < sample.length; ) {
                checkWanted();
                int end = Math.min(sample.length, at + engines.maxRows());
                feed.forward(sequence, sample, at, end);
                at = end;
                progress.read(before + at);
            }
        }
    }

    /** Hears how far it is. */
    @FunctionalInterface
    public interface Progress {
        /** So many tokens of all samples have been read. */
        void read(long tokens);
    }
}
