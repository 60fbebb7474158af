/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headwater.model.llama.LlamaModel;
import io.headwater.model.shard.Units;
import io.headwater.tensors.kernels.KvType;
import io.headwater.testing.TinyModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sequences that share a step give the bits that each of them gives alone. */
final class ManySequencesTest {
    private static final int CONTEXT = 512;
    private static final int SEQUENCES = 8;

    @TempDir
    Path directory;

    @ParameterizedTest
    @MethodSource(TinyModels.SHAPES)
    void randomMixesOfChunksAndSingleRowsChangeNoBit(TinyModel tiny) throws Exception {
        try (LlamaModel model = LlamaModel.open(tiny.write(directory))) {
            for (KvType type : KvType.values()) {
                List<float[][]> alone = alone(model, type);
                int mostNodes = Math.min(3, Units.of(model.config()).headUnits());
                for (int nodes = 1; nodes <= mostNodes; nodes++) {
                    EngineOptions options =
                            EngineOptions.of(nodes, nodes == 1 ? 2 : 1, CONTEXT).withKvType(type);
                    assertSame(nodes + " nodes, " + type, alone, together(model, options, nodes));
                }
                EngineOptions scalar =
                        EngineOptions.of(2, 1, CONTEXT).withKvType(type).withKernels(KernelChoice.SCALAR);
                assertSame("scalar kernels, " + type, alone, together(model, scalar, 9));
            }
        }
    }

    @ParameterizedTest
    @MethodSource(TinyModels.FORMATS)
    void eightSequencesDecodeTogetherAsEachAloneInEveryFormat(TinyModel tiny) throws Exception {
        try (LlamaModel model = LlamaModel.open(tiny.write(directory))) {
            List<float[][]> alone = alone(model, KvType.BF16);
            EngineOptions options = EngineOptions.of(2, 1, CONTEXT).withChunkRows(SEQUENCES);
            assertSame("8 rows", alone, together(model, options, 5));
        }
    }

    @Test
    void longSequencesShareAStepWithShortOnes() throws Exception {
        int rows = 700;
        TinyModel tiny = TinyModel.create().contextLength(1024);
        try (LlamaModel model = LlamaModel.open(tiny.write(directory));
                EngineGroup group = EngineGroup.start(model, EngineOptions.of(1, 2, 1024), LoadListener.SILENT);
                Sequence first = group.open();
                Sequence second = group.open();
                Sequence third = group.open()) {
            int[] tokens = TinyRun.tokens(rows + 1, group.vocabSize(), 8);
            new SequenceFeed(group).forward(first, tokens, 0, rows);
            new SequenceFeed(group).forward(second, tokens, 0, 300);
            new SequenceFeed(group).forward(first, tokens, rows, rows + 1);
            float[] ofLong = TinyRun.lastLogits(group);
            new SequenceFeed(group).forward(second, tokens, 300, 301);
            float[] ofMiddle = TinyRun.lastLogits(group);
            new SequenceFeed(group).forward(third, tokens, 0, 1);
            float[] ofShort = TinyRun.lastLogits(group);

            try (Sequence one = group.open();
                    Sequence two = group.open();
                    Sequence three = group.open()) {
                new SequenceFeed(group).forward(one, tokens, 0, rows);
                new SequenceFeed(group).forward(two, tokens, 0, 300);
                StepBatch step = group.nextStep();
                step.add(three, tokens, 0, 1, 1);
                step.add(one, tokens, rows, rows + 1, 1);
                step.add(two, tokens, 300, 301, 1);
                group.run(step);
                assertThat(rowOf(group, 0)).isEqualTo(ofShort);
                assertThat(rowOf(group, 1)).isEqualTo(ofLong);
                assertThat(rowOf(group, 2)).isEqualTo(ofMiddle);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aStepThatIsRefusedHarmsNoSequence(int nodes) throws Exception {
        try (LlamaModel model = LlamaModel.open(TinyModel.create().write(directory));
                EngineGroup group = EngineGroup.start(model, EngineOptions.of(nodes, 1, 40), LoadListener.SILENT);
                Sequence full = group.open();
                Sequence other = group.open()) {
            new SequenceFeed(group).forward(full, new int[40], 0, 40);
            StepBatch step = group.nextStep();
            step.add(other, new int[3], 0, 3, 1);
            step.add(full, new int[1], 0, 1, 1);
            assertThatThrownBy(() -> group.run(step)).hasMessageContaining("exceed the context of 40");
            assertThat(other.position()).isZero();

            StepBatch twice = group.nextStep();
            twice.add(other, new int[3], 0, 3, 1);
            twice.add(other, new int[3], 0, 3, 1);
            assertThatThrownBy(() -> group.run(twice)).hasMessageContaining("is in the step twice");

            StepBatch good = group.nextStep();
            good.add(other, new int[3], 0, 3, 1);
            group.run(good);
            assertThat(other.position()).isEqualTo(3);
            assertThatThrownBy(() -> group.run(group.nextStep())).hasMessageContaining("no tokens");
        }
    }

    private static int[] tokens(LlamaModel model, int sequence) {
        int count = 30 + 7 * sequence % 23;
        return TinyRun.tokens(count, model.config().vocabSize(), 100 + sequence);
    }

    private static List<float[][]> alone(LlamaModel model, KvType type) throws Exception {
        List<float[][]> logits = new ArrayList<>();
        EngineOptions options = EngineOptions.of(1, 1, CONTEXT).withKvType(type);
        for (int i = 0; i < SEQUENCES; i++) {
            logits.add(TinyRun.everyRow(model, options, tokens(model, i)));
        }
        return logits;
    }

    private static void assertSame(String what, List<float[][]> expected, List<float[][]> actual) {
        for (int i = 0; i < expected.size(); i++) {
            float[][] all = expected.get(i);
            for (int row = 0; row < all.length; row++) {
                float[] got = actual.get(i)[row];
                if (got.length > 0) { // else its logits were not wanted
                    TinyRun.assertSameBits(
                            what + ", sequence " + i + ", row " + row, new float[][] {all[row]}, new float[][] {got});
                }
            }
            assertThat(actual.get(i)[all.length - 1]).as("the last row's").isNotEmpty();
        }
    }

    /** All sequences in steps of random makeup, from a seed, until all are done. Rows without logits are empty. */
    private static List<float[][]> together(LlamaModel model, EngineOptions options, long seed) throws Exception {
        Random random = new Random(seed);
        List<float[][]> logits = new ArrayList<>();
        try (EngineGroup group = EngineGroup.start(model, options, LoadListener.SILENT)) {
            List<Sequence> sequences = new ArrayList<>();
            for (int i = 0; i < SEQUENCES; i++) {
                sequences.add(group.open(i));
                float[][] rows = new float[tokens(model, i).length][];
                Arrays.fill(rows, new float[0]);
                logits.add(rows);
            }
            while (step(model, group, sequences, random, logits)) {}
            for (Sequence sequence : sequences) {
                group.close(sequence);
            }
        }
        return logits;
    }

    private static boolean step(
            LlamaModel model, EngineGroup group, List<Sequence> sequences, Random random, List<float[][]> logits)
            throws Exception {
        StepBatch step = group.nextStep();
        boolean decodeOnly = random.nextInt(3) == 0;
        boolean left = false;
        for (int i = 0; i < SEQUENCES; i++) {
            int[] tokens = tokens(model, i);
            int at = sequences.get(i).position();
            left |= at < tokens.length;
            int count = Math.min(Math.min(decodeOnly ? 1 : 1 + random.nextInt(12), tokens.length - at), step.room());
            int wanted = Math.min(Math.min(1 + random.nextInt(3), count), step.logitsRoom());
            if (count > 0 && wanted > 0 && (decodeOnly || random.nextInt(3) > 0)) {
                step.add(sequences.get(i), tokens, at, at + count, wanted);
            }
        }
        if (step.rows() == 0) {
            return left;
        }
        group.run(step);
        for (int run = 0; run < step.runs(); run++) {
            Sequence sequence = step.sequence(run);
            for (int k = 0; k < step.wantedOf(run); k++) {
                int row = sequence.position() - step.wantedOf(run) + k;
                logits.get((int) sequence.id())[row] = rowOf(group, step.firstWanted(run) + k);
            }
        }
        return true;
    }

    private static float[] rowOf(EngineGroup group, int row) {
        int n = group.vocabSize();
        return Arrays.copyOfRange(group.logits(), row * n, (row + 1) * n);
    }
}
