/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.compression.KvPolicy;
import io.headwater.compression.PolicyException;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.tensors.kernels.KvLayout;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Rounds of steps in the shapes that serving uses: one row, some rows of one sequence, one row each of several, a chunk, and a chunk
 * beside single rows; and a sequence that is compressed, as far as the context has room for it. Ends when rounds get no faster, or as soon as the JIT compiler has nothing to do. In a process that has done this
 * before, for an earlier plan, a few rounds are all: other code, which is compiled all the time, must not lengthen the pause after a node's death.
 */
final class WarmUp {
    private static final int SEQUENCES = 8;
    private static final int SMALL_CHUNK = 8;
    private static final int LARGE_CHUNK = 64;

    /** Every so many rounds have a large chunk. */
    private static final int LARGE_EVERY = 4;

    /** Evict-then-merge runs all that other policies do, but for what is theirs alone. */
    private static final KvOptions COMPRESSED = compressed();

    private static final int COMPRESSED_TOKENS = 8;

    private static final int QUIET_ROUNDS = 3;
    private static final int LEAST_ROUNDS = 2 * LARGE_EVERY;

    /** Kernels that this process has warmed up before: a new plan's engine finds them compiled, and needs to touch its memory only. */
    private static final Set<String> WARM = ConcurrentHashMap.newKeySet();

    private final EngineGroup group;
    private final @Nullable CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    private final int[] tokens;

    WarmUp(EngineGroup group) {
        this.group = group;
        this.tokens = new int[Math.min(group.maxRows(), LARGE_CHUNK)];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (i * 31 + 1) % group.vocabSize();
        }
    }

    private static KvOptions compressed() {
        try {
            KvPolicy policy = KvPolicy.parse("ems");
            return KvOptions.of(policy, KvLayout.BLOCK_ENTRIES + LARGE_CHUNK / 8);
        } catch (PolicyException e) {
            throw new IllegalStateException("a policy's defaults are sound", e);
        }
    }

    void run(Duration limit) throws EngineException {
        untilCompiled(limit);
        WARM.add(group.kernels());
    }

    private void untilCompiled(Duration limit) throws EngineException {
        long start = System.nanoTime();
        long before = Long.MAX_VALUE;
        long recent = Long.MAX_VALUE;
        int quiet = 0;
        int rounds = WARM.contains(group.kernels()) ? LARGE_EVERY : Integer.MAX_VALUE;
        for (int round = 0; round < rounds && System.nanoTime() - start < limit.toNanos(); round++) {
            long compiled = compiledMillis();
            boolean large = round % LARGE_EVERY == LARGE_EVERY - 1;
            long nanos = round(large ? LARGE_CHUNK : SMALL_CHUNK);
            quiet = compiledMillis() - compiled <= 1 ? quiet + 1 : 0;
            boolean warmBefore = quiet == round + 1; // a JVM that has served before
            if (warmBefore || quiet == QUIET_ROUNDS) {
                return;
            }
            if (large) {
                if (round + 1 >= LEAST_ROUNDS && recent >= before / 10 * 9) {
                    return;
                }
                before = Math.min(before, recent);
                recent = Long.MAX_VALUE;
            } else {
                recent = Math.min(recent, nanos);
            }
        }
    }

    private long compiledMillis() {
        return compiler == null ? System.nanoTime() / 1_000_000 : compiler.getTotalCompilationTime();
    }

    /** Returns how long it took. */
    private long round(int chunk) throws EngineException {
        long start = System.nanoTime();
        List<Sequence> sequences = new ArrayList<>();
        List<Closing.Resource> opened = new ArrayList<>();
        try {
            for (int i = 0; i < SEQUENCES; i++) {
                Sequence sequence = group.open();
                opened.add(sequence::close);
                sequences.add(sequence);
            }
            Sequence first = sequences.getFirst();
            step(List.of(first), chunk, 0, 0);
            step(List.of(first), 2, 1, 0);
            step(List.of(first), 1, 1, 0);
            step(sequences, 1, 1, 0);
            step(sequences.subList(0, 3), 1, 1, chunk / 2);
        } finally {
            Closing.reversed(opened);
        }
        if (chunk == LARGE_CHUNK && COMPRESSED.endsWith(group.contextLength()).isEmpty()) {
            try (Sequence compressed = group.open(0, COMPRESSED)) { // when the others' memory is free again
                compress(compressed);
            }
        }
        return System.nanoTime() - start;
    }

    /** A prompt and some tokens, with a change point after each: column sums of both forms, scores, merging, members. */
    private void compress(Sequence sequence) throws EngineException {
        change(sequence, LARGE_CHUNK);
        for (int i = 0; i < COMPRESSED_TOKENS; i++) {
            change(sequence, 1);
        }
    }

    private void change(Sequence sequence, int rows) throws EngineException {
        StepBatch batch = group.nextStep();
        int most = Math.min(Math.min(tokens.length, batch.room()), group.contextLength() - sequence.position());
        if (most > 0) {
            batch.add(sequence, tokens, 0, Math.min(rows, most), 0);
            batch.changeAfterLast();
            group.rehearse(batch);
        }
    }

    /** A step of {@code rows} rows of each sequence, but {@code lastRows} of the last one if that is not 0; as far as they fit. */
    private void step(List<Sequence> sequences, int rows, int wanted, int lastRows) throws EngineException {
        StepBatch batch = group.nextStep();
        for (Sequence sequence : sequences) {
            boolean last = lastRows > 0 && sequence == sequences.getLast();
            int most = Math.min(Math.min(tokens.length, batch.room()), group.contextLength() - sequence.position());
            int count = Math.min(last ? lastRows : rows, most);
            if (count > 0) {
                batch.add(sequence, tokens, 0, count, Math.min(wanted, batch.logitsRoom()));
            }
        }
        if (batch.rows() > 0) {
            group.rehearse(batch);
        }
    }
}
