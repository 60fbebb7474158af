/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headwater.compression.KvPolicy;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.llama.LlamaModel;
import io.headwater.testing.TinyModel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a compressed session gives up, on a node whose KV memory one long prompt fills. */
final class FreedMemoryTest {
    private static final int CONTEXT = 2048;
    private static final int LAYERS = 8;
    private static final int KV_HEADS = 8;
    private static final int PROMPT = 1536;
    private static final int BUDGET = 64;

    /** Of keys and values in bf16, 64 dimensions. */
    private static final long PROMPT_BYTES = (long) PROMPT * LAYERS * KV_HEADS * 256;

    /** Besides keys and values: positions and sums, and what is not used of the last slab of each kind. */
    private static final long LIMIT = PROMPT_BYTES * 5 / 4;

    @TempDir
    private Path directory;

    private LlamaModel model;
    private EngineGroup group;

    @BeforeEach
    void start() throws Exception {
        model = LlamaModel.open(TinyModel.create()
                .layers(LAYERS)
                .heads(KV_HEADS, KV_HEADS)
                .headDim(64)
                .contextLength(CONTEXT)
                .write(directory));
        group = EngineGroup.start(model, EngineOptions.of(1, 2, CONTEXT).withKvLimitBytes(LIMIT), LoadListener.SILENT);
    }

    @AfterEach
    void stop() {
        group.close();
        model.close();
    }

    @Test
    void anotherSessionTakesWhatACompressionFreedAtOnce() throws Exception {
        try (Sequence first = group.open(1, options());
                Sequence second = group.open(2, options())) {
            read(first, PROMPT - 1);
            assertThatThrownBy(() -> read(second, PROMPT)).isInstanceOf(NoKvMemoryException.class);

            change(first);
            read(second, PROMPT - 1);
            change(second);

            assertThat(first.longestHead()).isEqualTo(BUDGET);
            assertThat(second.longestHead()).isEqualTo(BUDGET);
            assertThat(first.kvBytes()).isEqualTo(second.kvBytes()).isLessThan(PROMPT_BYTES / 10);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void whatACompressionFreesGoesBackToTheSystem() throws Exception {
        try (Sequence warm = group.open(1, options())) {
            read(warm, PROMPT - 1);
            change(warm);
        }
        try (Sequence sequence = group.open(2, options())) {
            read(sequence, PROMPT - 1);
            long before = residentBytes();

            change(sequence);

            assertThat(before - residentBytes())
                    .as("resident bytes that %d bytes of keys and values leave", PROMPT_BYTES)
                    .isGreaterThan(PROMPT_BYTES / 2);
        }
    }

    @Test
    void entriesStandForWhatIsMergedIntoThem() throws Exception {
        KvPolicy policy = KvPolicy.parse("ems:storage=expanded,tau=0,allocation=uniform");
        try (Sequence sequence = group.open(1, KvOptions.of(policy, BUDGET))) {
            read(sequence, 3 * BUDGET);
            assertThat(sequence.represented())
                    .allSatisfy(layer -> assertThat(layer).containsOnly(3 * BUDGET));

            change(sequence);

            assertThat(sequence.represented())
                    .hasSize(LAYERS)
                    .allSatisfy(layer -> assertThat(layer)
                            .hasSize(KV_HEADS)
                            .allMatch(tokens -> tokens >= BUDGET && tokens <= 3 * BUDGET + 1)
                            .anyMatch(tokens -> tokens > BUDGET));
        }
    }

    private static KvOptions options() throws Exception {
        return KvOptions.of(KvPolicy.parse("h2o"), BUDGET);
    }

    private void read(Sequence sequence, int to) throws EngineException {
        int[] tokens = new int[group.maxRows()];
        while (sequence.position() < to) {
            StepBatch step = group.nextStep();
            step.add(sequence, tokens, 0, Math.min(step.room(), to - sequence.position()), 0);
            group.run(step);
        }
    }

    private void change(Sequence sequence) throws EngineException {
        StepBatch step = group.nextStep();
        step.add(sequence, new int[1], 0, 1, 1);
        step.changeAfterLast();
        group.run(step);
    }

    private static long residentBytes() throws Exception {
        return Files.readAllLines(Path.of("/proc/self/smaps_rollup")).stream()
                .filter(line -> line.startsWith("Rss:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
                .findFirst()
                .orElseThrow();
    }
}
