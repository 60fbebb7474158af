/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headwater.compression.entropy.Calibration;
import io.headwater.compression.entropy.Calibrator;
import io.headwater.compression.entropy.CovarianceSpectrum;
import io.headwater.model.engine.EngineGroup;
import io.headwater.model.engine.EngineOptions;
import io.headwater.model.engine.LoadListener;
import io.headwater.model.llama.LlamaModel;
import io.headwater.tensors.formats.Dequantizer;
import io.headwater.testing.TinyModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CalibrationRunTest {
    private static final int TOKENS = 150;

    @TempDir
    private Path directory;

    private LlamaModel model;
    private List<int[]> samples = List.of();

    @BeforeEach
    void open() throws Exception {
        model = LlamaModel.open(
                TinyModel.create().heads(6, 3).headDim(32).contextLength(256).write(directory));
        Random random = new Random(1);
        samples = List.of(
                random.ints(TOKENS, 0, 256).toArray(),
                random.ints(TOKENS, 0, 256).toArray());
    }

    @AfterEach
    void close() {
        model.close();
    }

    private Calibration run(EngineOptions options, List<Long> progress) throws Exception {
        try (EngineGroup engines = EngineGroup.start(model, options, LoadListener.SILENT)) {
            return new CalibrationRun(engines, model.config(), () -> false).over(samples, "1-ab", progress::add);
        }
    }

    @Test
    void stepsAndThreadsDoNotChangeACalibration() throws Exception {
        List<Long> progress = new ArrayList<>();
        Calibration expected = run(EngineOptions.of(1, 1, 256), progress);
        assertThat(progress).last().isEqualTo(2L * TOKENS);
        assertThat(progress).isSorted();
        for (int rows : new int[] {1, 7, 64}) {
            assertThat(run(EngineOptions.of(1, 2, 256).withChunkRows(rows), new ArrayList<>()))
                    .isEqualTo(expected);
        }
    }

    @Test
    void theHiddenStatesThatTheFirstLayerGetsAreTheTokensEmbeddings() throws Exception {
        samples = samples.subList(0, 1);
        Calibration calibration = run(EngineOptions.of(1, 1, 256), new ArrayList<>());
        int dim = model.config().dim();
        float[] embedded = new float[TOKENS * dim];
        for (int row = 0; row < TOKENS; row++) {
            long at = samples.getFirst()[row] * model.tokenEmbedding().rowBytes();
            Dequantizer.row(
                    model.tokenEmbedding().type(), model.data(model.tokenEmbedding()), at, dim, embedded, row * dim);
        }
        assertThat(calibration.layers().getFirst())
                .isEqualTo(CovarianceSpectrum.of(embedded, TOKENS, dim).entropy());
        assertThat(calibration.heads())
                .hasSize(2)
                .allSatisfy(layer -> assertThat(layer)
                        .hasSize(3)
                        .allSatisfy(entropy -> assertThat(entropy).isBetween(0.2, 1.0)));
        assertThat(Calibrator.TRUNCATION).isEqualTo(32);
        assertThat(calibration.labels(2).labels().stream()
                        .mapToInt(Integer::intValue)
                        .sum())
                .as("one head of three is the better half, in each layer")
                .isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aRunThatIsInterruptedAmongTheSpectraOfASampleGoesNoFurther(int sample) throws Exception {
        AtomicLong read = new AtomicLong();
        AtomicInteger asked = new AtomicInteger();
        try (EngineGroup engines = EngineGroup.start(model, EngineOptions.of(1, 1, 256), LoadListener.SILENT)) {
            CalibrationRun run = new CalibrationRun(
                    engines,
                    model.config(),
                    () -> read.get() == (long) sample * TOKENS && asked.incrementAndGet() > 4); // of 12 heads
            assertThatThrownBy(() -> run.over(samples, "1-ab", read::set)).isInstanceOf(CancellationException.class);
            assertThat(read).hasValue((long) sample * TOKENS);
        }
    }

    @Test
    void aRunThatIsInterruptedSaysSoAndTheEnginesGoOn() throws Exception {
        try (EngineGroup engines =
                EngineGroup.start(model, EngineOptions.of(1, 1, 256).withChunkRows(16), LoadListener.SILENT)) {
            List<Long> progress = new ArrayList<>();
            CalibrationRun run = new CalibrationRun(engines, model.config(), () -> progress.size() == 3);
            assertThatThrownBy(() -> run.over(samples, "1-ab", progress::add))
                    .isInstanceOf(CancellationException.class);
            assertThat(new CalibrationRun(engines, model.config(), () -> false)
                            .over(samples, "1-ab", _ -> {})
                            .layers())
                    .hasSize(2);
        }
    }
}
