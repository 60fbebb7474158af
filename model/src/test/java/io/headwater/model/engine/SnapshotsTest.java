/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.compression.KvPolicy;
import io.headwater.compression.PolicyDescription;
import io.headwater.model.engine.HashingEngine.Fingerprint;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.llama.LlamaModel;
import io.headwater.model.shard.ShardPlan;
import io.headwater.model.shard.Units;
import io.headwater.model.snapshot.MemoryChannel;
import io.headwater.model.snapshot.SnapshotOrigin;
import io.headwater.model.snapshot.SnapshotSource;
import io.headwater.model.tokenizer.Tokenizer;
import io.headwater.tensors.kernels.KvType;
import io.headwater.testing.TinyModel;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A restored session goes on as if it had never been away, on any layout: the same logits, the same cache, to the last bit. */
final class SnapshotsTest {
    private static final int CONTEXT = 256;
    private static final int TOKENS = 166;

    /** Inside the prompt before any change and after one, between two changes of the answer, at one, after it. */
    private static final int[] CUTS = {40, 100, 137, 146, 155};

    /** Its end is a change point. */
    private static final int SHORT_CONTEXT = 146;

    @TempDir
    private Path directory;

    private LlamaModel model;
    private int[] tokens;

    @BeforeEach
    void open() throws Exception {
        model = LlamaModel.open(TinyModel.create()
                .heads(6, 3)
                .headDim(32)
                .contextLength(CONTEXT)
                .write(directory));
        tokens = TinyRun.tokens(TOKENS, model.config().vocabSize(), 5);
    }

    @AfterEach
    void close() {
        model.close();
    }

    static Stream<String> policies() {
        return Stream.concat(
                KvPolicy.known().stream().map(PolicyDescription::name),
                Stream.of("ems:storage=expanded,tau=0.2", "ems:storage=compact,tau=0.2,bias=log-count"));
    }

    @ParameterizedTest
    @MethodSource("policies")
    void aRestoredSessionGoesOnWithTheSameBitsOnAnyLayout(String name) throws Exception {
        EngineOptions options = EngineOptions.of(2, 1, CONTEXT);
        EngineOptions uneven = options.withCapacities(List.of(1.0, 9.0)).withChunkRows(7);
        EngineOptions three = options.withCapacities(List.of(1.0, 1.0, 1.0));
        goesOn(options(name), options, List.of(EngineOptions.of(1, 2, CONTEXT), uneven, three));
        goesOn(options(name), options.withKvType(KvType.F32), List.of(uneven.withKvType(KvType.F32)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ems:tau=0.2", "expected-attention", "h2o"})
    void aSessionBeyondItsContextGoesOnWithTheSameBits(String name) throws Exception {
        EngineOptions options = EngineOptions.of(2, 1, SHORT_CONTEXT);
        goesOn(
                options(name),
                options,
                List.of(options.withCapacities(List.of(1.0, 9.0)).withChunkRows(7)));
    }

    private void goesOn(KvOptions kv, EngineOptions options, List<EngineOptions> layouts) throws Exception {
        List<byte[]> snapshots = new ArrayList<>();
        float[][] expected;
        Fingerprint state;
        byte[] last;
        try (EngineGroup group = EngineGroup.start(model, options, LoadListener.SILENT)) {
            HashingEngine engine = hashing(group);
            Sequence sequence = group.open(1, kv);
            List<float[]> rows = new ArrayList<>();
            for (int cut : CUTS) {
                rows.addAll(List.of(new SnapshotRun(group, tokens).read(sequence, cut)));
                snapshots.add(SnapshotRun.snapshot(group, sequence));
            }
            rows.addAll(List.of(new SnapshotRun(group, tokens).read(sequence, TOKENS)));
            expected = rows.toArray(float[][]::new);
            last = SnapshotRun.snapshot(group, sequence);
            engine.close(sequence);
            state = engine.closed().getFirst();
        }
        for (EngineOptions layout : layouts) {
            try (EngineGroup group = EngineGroup.start(model, layout, LoadListener.SILENT)) {
                HashingEngine engine = hashing(group);
                for (int i = 0; i < CUTS.length; i++) {
                    String what = kv.policy() + " cut at " + CUTS[i] + " on " + layout;
                    byte[] bytes = snapshots.get(i);
                    Sequence restored =
                            group.restore(9, kv, SnapshotRun.MODEL, List.of(MemoryChannel.source("snapshot", bytes)));
                    assertThat(SnapshotRun.snapshot(group, restored)).as(what).isEqualTo(bytes);

                    float[][] actual = new SnapshotRun(group, tokens).read(restored, TOKENS);

                    float[][] rest = Arrays.copyOfRange(expected, expected.length - actual.length, expected.length);
                    TinyRun.assertSameBits(what, rest, actual);
                    assertThat(SnapshotRun.snapshot(group, restored)).as(what).isEqualTo(last);
                    engine.close(restored);
                    Fingerprint after = engine.closed().getLast();
                    assertThat(after.heads()).as(what).isEqualTo(state.heads());
                    assertThat(after.lengths()).as(what).isEqualTo(state.lengths());
                    assertThat(after.position()).as(what).isEqualTo(state.position());
                }
            }
        }
    }

    @Test
    void theCacheOfARestoredSessionIsChargedAsItWas() throws Exception {
        try (EngineGroup group = EngineGroup.start(model, EngineOptions.of(2, 1, CONTEXT), LoadListener.SILENT)) {
            for (String name : policies().toList()) {
                KvOptions kv = options(name);
                Sequence sequence = group.open(1, kv);
                new SnapshotRun(group, tokens).read(sequence, 130);

                Sequence restored = restore(group, kv, SnapshotRun.snapshot(group, sequence));

                assertThat(restored.kvBytes()).as(name).isEqualTo(sequence.kvBytes());
                assertThat(restored.kvScoreBytes()).as(name).isEqualTo(sequence.kvScoreBytes());
                group.close(restored);
                group.close(sequence);
            }
        }
    }

    @Test
    void shardsWriteWhatTheyOwnAndShardsOfAnotherPlanTakeWhatIsTheirs() throws Exception {
        KvOptions kv = options("ems:storage=expanded,tau=0.2");
        EngineOptions options = EngineOptions.of(1, 1, CONTEXT);
        byte[] whole;
        float[][] expected;
        try (EngineGroup group = EngineGroup.start(model, options, LoadListener.SILENT);
                Sequence sequence = group.open(1, kv)) {
            new SnapshotRun(group, tokens).read(sequence, 150);
            whole = SnapshotRun.snapshot(group, sequence);
            expected = new SnapshotRun(group, tokens).read(sequence, TOKENS);
        }

        List<byte[]> three = segments(kv, List.of(1.0, 1.0, 1.0), List.of(whole));
        assertThat(three).hasSize(3);
        List<byte[]> two = segments(kv, List.of(1.0, 9.0), List.of(three.get(2), three.get(0), three.get(1)));
        assertThat(two).hasSize(2);

        for (List<byte[]> segments : List.of(three, two)) {
            try (EngineGroup group =
                    EngineGroup.start(model, options.withCapacities(List.of(9.0, 1.0)), LoadListener.SILENT)) {
                Sequence restored = restore(group, kv, segments.toArray(byte[][]::new));
                assertThat(SnapshotRun.snapshot(group, restored)).isEqualTo(whole);
                TinyRun.assertSameBits(
                        segments.size() + " segments", expected, new SnapshotRun(group, tokens).read(restored, TOKENS));
                group.close(restored);
            }
        }
    }

    /** Restores on every shard of a plan by itself, and has each write its part. */
    private List<byte[]> segments(KvOptions kv, List<Double> capacities, List<byte[]> from) throws Exception {
        ShardPlan plan = ShardPlan.deal(1, Units.of(model.config()), capacities);
        List<byte[]> segments = new ArrayList<>();
        for (int shard = 0; shard < capacities.size(); shard++) {
            Exchange end = new MemoryExchange(capacities.size(), 0, TimeUnit.SECONDS.toNanos(10)).end(shard, 0);
            try (EngineGroup group = EngineGroup.startShard(
                    model, EngineOptions.of(1, 1, CONTEXT), plan, shard, end, LoadListener.SILENT)) {
                Sequence restored = restore(group, kv, from.toArray(byte[][]::new));
                segments.add(SnapshotRun.snapshot(group, restored));
                group.close(restored);
            }
        }
        return segments;
    }

    @Test
    void aFileOnDiskIsReadBack() throws Exception {
        Path file = directory.resolve("session.kv");
        try (EngineGroup group = EngineGroup.start(model, EngineOptions.of(1, 1, CONTEXT), LoadListener.SILENT)) {
            Sequence sequence = group.open(1, KvOptions.NONE);
            new SnapshotRun(group, tokens).read(sequence, 50);
            try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                group.snapshot(sequence, new SnapshotOrigin(SnapshotRun.MODEL, "ab12", 51), out);
            }
            group.close(sequence);

            try (SnapshotSource source = SnapshotSource.open(file)) {
                assertThat(source.header().origin().logOffset()).isEqualTo(51);
                assertThat(source.header().at().position()).isEqualTo(50);
                Sequence restored = group.restore(2, KvOptions.NONE, SnapshotRun.MODEL, List.of(source));
                assertThat(restored.position()).isEqualTo(50);
                group.close(restored);
            }
        }
    }

    @Test
    void anEmptySequenceIsRestoredEmpty() throws Exception {
        KvOptions kv = options("ems");
        try (EngineGroup group = EngineGroup.start(model, EngineOptions.of(1, 1, CONTEXT), LoadListener.SILENT)) {
            Sequence sequence = group.open(1, kv);
            Sequence restored = restore(group, kv, SnapshotRun.snapshot(group, sequence));

            TinyRun.assertSameBits(
                    "from the begin",
                    new SnapshotRun(group, tokens).read(sequence, 160),
                    new SnapshotRun(group, tokens).read(restored, 160));
            group.close(sequence);
            group.close(restored);
        }
    }

    private static Sequence restore(EngineGroup group, KvOptions kv, byte[]... segments) throws Exception {
        List<SnapshotSource> sources = new ArrayList<>();
        for (byte[] segment : segments) {
            sources.add(MemoryChannel.source("segment " + sources.size(), segment));
        }
        return group.restore(2, kv, SnapshotRun.MODEL, sources);
    }

    private HashingEngine hashing(EngineGroup group) throws Exception {
        return new HashingEngine(
                group, model.config(), Tokenizer.of(model.file().metadata()));
    }

    /** With windows small enough for the budget. */
    static KvOptions options(String name) throws Exception {
        if (name.equals("none")) {
            return KvOptions.NONE;
        }
        boolean windowed = KvPolicy.parse(name).window() > 1;
        String policy = windowed ? name + (name.contains(":") ? "," : ":") + "window=8" : name;
        return new KvOptions(CalibratedPolicies.parse(policy), 48, SnapshotRun.INTERVAL, SnapshotRun.LIMIT);
    }
}
