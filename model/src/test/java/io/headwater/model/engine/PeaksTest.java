/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.compression.KvPolicy;
import io.headwater.model.kvcache.HeadCache;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.llama.LlamaModel;
import io.headwater.testing.TinyModel;
import java.nio.file.Path;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a reconstruction finds, against what the same rows add to column sums, one by one: where a group is one head, that is a row's attention. */
class PeaksTest {
    private static final int HEADS = 3;
    private static final int READ = 300; // more than a chunk
    private static final int REPEATED = 20;

    @TempDir
    private Path directory;

    @Test
    void anEntrysPeakIsTheMostThatAnyRepeatedRowPaysToItAndNothingElseIsLeftOfThem() throws Exception {
        TinyModel tiny = TinyModel.create().heads(HEADS, HEADS).headDim(32).contextLength(512);
        try (LlamaModel model = LlamaModel.open(tiny.write(directory));
                EngineGroup group =
                        EngineGroup.start(model, EngineOptions.of(1, 2, 512).withChunkRows(7), LoadListener.SILENT);
                Sequence summing = group.open(1, options("ems"));
                Sequence repeating = group.open(2, options("ems:score=reconstruction"))) {
            int[] tokens = TinyRun.tokens(READ, group.vocabSize(), 3);
            int[] again = TinyRun.tokens(REPEATED, group.vocabSize(), 4);
            new SequenceFeed(group).forward(summing, tokens, 0, READ);
            new SequenceFeed(group).forward(repeating, tokens, 0, READ);

            float[][] peaks = new float[HEADS][READ];
            for (int row = 0; row < REPEATED; row++) {
                float[][] before = sums(summing);
                new SequenceFeed(group).forward(summing, again, row, row + 1);
                float[][] after = sums(summing);
                for (int head = 0; head < HEADS; head++) {
                    for (int entry = 0; entry < READ; entry++) {
                        peaks[head][entry] = Math.max(peaks[head][entry], after[head][entry] - before[head][entry]);
                    }
                }
            }
            float[][] sumsBefore = sums(repeating);
            repeat(group, repeating, again);

            assertThat(repeating.position()).isEqualTo(READ);
            assertThat(repeating.repeated()).isZero();
            assertThat(sums(repeating)).isDeepEqualTo(sumsBefore);
            for (int head = 0; head < HEADS; head++) {
                HeadCache cache = repeating.cache(0).head(0, head);
                assertThat(cache.length()).isEqualTo(READ);
                for (int entry = 0; entry < READ; entry++) {
                    assertThat((float) Math.exp(cache.state(0, entry)))
                            .as("head " + head + ", entry " + entry)
                            .isCloseTo(peaks[head][entry], Offset.offset(1e-5f));
                }
            }
        }
    }

    private static void repeat(EngineGroup group, Sequence sequence, int[] tokens) throws EngineException {
        for (int at = 0; at < tokens.length; at += 7) {
            StepBatch step = group.nextStep();
            int to = Math.min(tokens.length, at + 7);
            step.add(sequence, tokens, at, to, 0);
            step.repeatLast(to == tokens.length);
            group.run(step);
        }
    }

    private static KvOptions options(String policy) throws Exception {
        return KvOptions.of(KvPolicy.parse(policy), 512);
    }

    /** Of the first layer, {@code [heads, READ]}. */
    private static float[][] sums(Sequence sequence) {
        float[][] sums = new float[HEADS][READ];
        for (int head = 0; head < HEADS; head++) {
            for (int entry = 0; entry < READ; entry++) {
                sums[head][entry] = sequence.cache(0).head(0, head).columnSum(entry);
            }
        }
        return sums;
    }
}
