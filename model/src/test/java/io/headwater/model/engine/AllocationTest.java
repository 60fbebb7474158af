/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.headwater.compression.KvPolicy;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.kvcache.SequenceCache;
import io.headwater.model.llama.LlamaModel;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.testing.RealModel;
import io.headwater.testing.TinyModel;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a decode step allocates on the heap once its code is compiled, over the calling thread and all workers: 0 bytes inside a KV
 * block, at most 2 KB on each shard where every head takes a new block, the arena's books for new slabs included (of blocks of 8 KiB, as the default
 * model's; those for blocks of 4 KiB are 3.1 KB).
 */
final class AllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final long CROSSING_BYTES = 2048;

    private static final int BLOCK = KvLayout.BLOCK_ENTRIES;
    private static final int LAYERS = 8;
    private static final int KV_HEADS = 8;

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 2", "2, 1", "2, 2"})
    void aTinyModelsDecodeStepAllocatesNothing(int nodes, int threads) throws Exception {
        TinyModel tiny =
                TinyModel.create().contextLength(8192).layers(8).heads(8, 8).headDim(64);
        try (LlamaModel model = LlamaModel.open(tiny.write(directory))) {
            assertAllocatesNothing(model, EngineOptions.of(nodes, threads, 8192), 16);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 2", "2, 2"})
    void aStepOfSeveralSequencesAllocatesNothing(int nodes, int threads) throws Exception {
        TinyModel tiny =
                TinyModel.create().contextLength(8192).layers(8).heads(8, 8).headDim(64);
        try (LlamaModel model = LlamaModel.open(tiny.write(directory))) {
            EngineOptions options = EngineOptions.of(nodes, threads, 8192);
            try (EngineGroup group = EngineGroup.start(model, options, LoadListener.SILENT)) {
                String problem = "none";
                for (int attempt = 0; attempt < 16 && !problem.isEmpty(); attempt++) {
                    problem = shared(group, (attempt + 3) * BLOCK);
                }
                assertThat(problem).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ems:storage=expanded,tau=0.2", "h2o", "snapkv"})
    void aStepOfACompressedSequenceBetweenTwoChangePointsAllocatesNothing(String policy) throws Exception {
        TinyModel tiny = TinyModel.create()
                .contextLength(2048)
                .layers(LAYERS)
                .heads(8, KV_HEADS)
                .headDim(64);
        try (LlamaModel model = LlamaModel.open(tiny.write(directory));
                EngineGroup group = EngineGroup.start(model, EngineOptions.of(1, 2, 2048), LoadListener.SILENT)) {
            String problem = "none";
            for (int attempt = 0; attempt < 16 && !problem.isEmpty(); attempt++) {
                problem = compressed(group, KvOptions.of(KvPolicy.parse(policy), 96));
            }
            assertThat(problem).isEmpty();
        }
    }

    /** A prompt, and steps with a change point after each 64; returns what was allocated inside a block, if anything. */
    private static String compressed(EngineGroup group, KvOptions options) throws Exception {
        long[] threads = threads();
        long[] before = new long[threads.length];
        int[] tokens = new int[64];
        String problem = "";
        try (Sequence sequence = group.open(1, options)) {
            for (int step = 0; step < 6 * 64; step++) {
                boolean first = step == 0;
                boolean change = first || step % 64 == 63;
                StepBatch batch = group.nextStep();
                batch.add(sequence, tokens, 0, first ? tokens.length : 1, 1);
                if (change) {
                    batch.changeAfterLast();
                }
                boolean newBlock = blockIsFull(sequence.cache(0));
                count(threads, before);
                group.run(batch);
                long bytes = allocated(threads, before);
                if (bytes > 0 && !change && !newBlock) {
                    problem = bytes + " bytes in step " + step;
                }
            }
        }
        return problem;
    }

    /** Whether the next entry of any head needs a new block; heads that have competed are of different lengths. */
    private static boolean blockIsFull(SequenceCache cache) {
        return IntStream.range(0, LAYERS * KV_HEADS)
                .anyMatch(i -> cache.head(i / KV_HEADS, i % KV_HEADS).length() % BLOCK == 0);
    }

    /** Three sequences decode while a fourth gets chunks; returns what was allocated inside a block, if anything. */
    private static String shared(EngineGroup group, int steps) throws Exception {
        long[] threads = threads();
        long[] before = new long[threads.length];
        int[] tokens = new int[4];
        String problem = "";
        try (Sequence a = group.open();
                Sequence b = group.open();
                Sequence c = group.open();
                Sequence chunks = group.open()) {
            for (int step = 0; step < steps; step++) {
                count(threads, before);
                StepBatch batch = group.nextStep();
                batch.add(a, tokens, 0, 1, 1);
                batch.add(b, tokens, 0, 1, 1);
                batch.add(chunks, tokens, 0, 4, 0);
                batch.add(c, tokens, 0, 1, 1);
                group.run(batch);
                long bytes = allocated(threads, before);
                if (bytes > 0 && step % BLOCK != 0 && 4 * step % BLOCK != 0) {
                    problem = bytes + " bytes in step " + step + " of " + steps;
                }
            }
        }
        return problem;
    }

    @Test
    void theRealModelsDecodeStepAllocatesNothing() throws Exception {
        try (LlamaModel model = LlamaModel.open(RealModel.require())) {
            assertAllocatesNothing(model, EngineOptions.of(1, 2, 2048), 5);
        }
    }

    /**
     * One of {@code attempts} sequences must keep the promise from beginning to end: those before it serve to compile. Each goes
     * beyond the last one's positions.
     */
    private static void assertAllocatesNothing(LlamaModel model, EngineOptions options, int attempts) throws Exception {
        try (EngineGroup group = EngineGroup.start(model, options, LoadListener.SILENT)) {
            long[] threads = threads();
            long[] before = new long[threads.length];
            SequenceFeed feed = new SequenceFeed(group);
            int[] token = {1};
            String problem = "none";
            for (int attempt = 0; attempt < attempts; attempt++) {
                problem = "";
                int tokens = 5 * BLOCK + attempt * 5 * BLOCK;
                try (Sequence sequence = group.open()) {
                    for (int position = 0; position < tokens; position++) {
                        long bytes = step(feed, sequence, token, threads, before);
                        long allowed = position % BLOCK == 0 ? options.nodes() * CROSSING_BYTES : 0;
                        if (bytes > allowed) {
                            problem = bytes + " bytes at position " + position + " of " + tokens;
                        }
                    }
                }
                if (problem.isEmpty()) {
                    return;
                }
            }
            throw new AssertionError("last of what was allocated in the last sequence: " + problem);
        }
    }

    /** Bytes that one step allocates on all threads. */
    private static long step(SequenceFeed feed, Sequence sequence, int[] token, long[] threads, long[] before)
            throws Exception {
        count(threads, before);
        feed.forward(sequence, token, 0, 1);
        return allocated(threads, before);
    }

    private static void count(long[] threads, long[] before) {
        for (int i = 0; i < threads.length; i++) {
            before[i] = THREADS.getThreadAllocatedBytes(threads[i]);
        }
    }

    private static long allocated(long[] threads, long[] before) {
        long allocated = 0;
        for (int i = 0; i < threads.length; i++) {
            allocated += THREADS.getThreadAllocatedBytes(threads[i]) - before[i];
        }
        return allocated;
    }

    /** The caller and all workers. */
    private static long[] threads() {
        long[] workers = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("engine-"))
                .mapToLong(Thread::threadId)
                .toArray();
        long[] all = Arrays.copyOf(workers, workers.length + 1);
        all[workers.length] = Thread.currentThread().threadId();
        return all;
    }
}
