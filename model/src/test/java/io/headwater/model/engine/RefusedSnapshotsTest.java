/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.llama.LlamaModel;
import io.headwater.model.snapshot.MemoryChannel;
import io.headwater.model.snapshot.SnapshotException;
import io.headwater.model.snapshot.SnapshotOrigin;
import io.headwater.tensors.kernels.KvType;
import io.headwater.testing.TinyModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is damaged or does not fit is refused in one sentence, and leaves nothing behind: closing the group fails if a byte is still taken. */
final class RefusedSnapshotsTest {
    private static final int CONTEXT = 256;
    private static final int READ = 150;

    @TempDir
    private Path directory;

    private LlamaModel model;
    private EngineGroup group;
    private KvOptions kv;
    private Sequence sequence;
    private byte[] snapshot;
    private int[] tokens;

    @BeforeEach
    void start() throws Exception {
        model = model(3);
        tokens = TinyRun.tokens(READ + 20, model.config().vocabSize(), 5);
        kv = SnapshotsTest.options("ems:storage=expanded,tau=0.2");
        group = EngineGroup.start(model, EngineOptions.of(2, 1, CONTEXT), LoadListener.SILENT);
        sequence = group.open(1, kv);
        new SnapshotRun(group, tokens).read(sequence, READ);
        snapshot = SnapshotRun.snapshot(group, sequence);
    }

    private LlamaModel model(int kvHeads) throws Exception {
        Path folder = Files.createDirectory(directory.resolve("heads" + kvHeads));
        return LlamaModel.open(TinyModel.create()
                .heads(2 * kvHeads, kvHeads)
                .headDim(32)
                .contextLength(CONTEXT)
                .write(folder));
    }

    @AfterEach
    void stop() {
        group.close(sequence);
        group.close();
        model.close();
    }

    @Test
    void noBitMayHaveChangedAndNoByteMayBeMissing() throws Exception {
        long bytes = group.kvBytes();
        for (int seed = 0; seed < 600; seed++) {
            byte[] broken = corrupted(seed);

            assertThatThrownBy(() -> restore(group, kv, SnapshotRun.MODEL, broken))
                    .as("seed %s", seed)
                    .isInstanceOf(SnapshotException.class)
                    .hasMessageStartingWith("segment: ")
                    .hasMessageContaining("; drop it and build the cache again from the session's tokens");
            assertThat(group.kvBytes()).as("seed %s", seed).isLessThanOrEqualTo(bytes + (4L << 20));
        }
        Sequence whole = restore(group, kv, SnapshotRun.MODEL, snapshot);
        TinyRun.assertSameBits(
                "the sequence that was there all the time",
                new SnapshotRun(group, tokens).read(sequence, READ + 20),
                new SnapshotRun(group, tokens).read(whole, READ + 20));
        group.close(whole);
    }

    /** A flipped bit or some, a piece cut off the end, out of the middle, doubled, or overwritten. */
    private byte[] corrupted(int seed) {
        Random random = new Random(seed);
        int at = random.nextInt(snapshot.length);
        int length = 1 + random.nextInt(Math.min(4096, snapshot.length - at));
        byte[] broken = snapshot.clone();
        switch (seed % 6) {
            case 0 -> broken[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> {
                for (int i = 0; i < 3; i++) { // an odd number of flips: never the same bytes
                    broken[random.nextInt(broken.length)] ^= (byte) (1 << random.nextInt(8));
                }
            }
            case 2 -> broken = Arrays.copyOf(broken, at);
            case 3 -> {
                broken = Arrays.copyOf(broken, broken.length - length);
                System.arraycopy(snapshot, at + length, broken, at, snapshot.length - at - length);
            }
            case 4 -> {
                broken = Arrays.copyOf(broken, broken.length + length);
                System.arraycopy(snapshot, at, broken, at + length, snapshot.length - at);
            }
            default -> {
                byte[] noise = new byte[length];
                random.nextBytes(noise);
                noise[0] = (byte) ~broken[at];
                System.arraycopy(noise, 0, broken, at, length);
            }
        }
        return broken;
    }

    @Test
    void everyBitOfTheBeginAndTheEndCounts() {
        for (int i = 0; i < 2 * 64; i++) {
            int at = i < 64 ? i : snapshot.length - 128 + i;
            for (int bit = 0; bit < 8; bit++) {
                byte[] broken = snapshot.clone();
                broken[at] ^= (byte) (1 << bit);

                assertThatThrownBy(() -> restore(group, kv, SnapshotRun.MODEL, broken))
                        .as("byte %s bit %s", at, bit)
                        .isInstanceOf(SnapshotException.class);
            }
        }
    }

    @Test
    void anotherModelIsNamed() {
        assertThatThrownBy(() -> restore(group, kv, "another", snapshot))
                .isInstanceOf(SnapshotException.class)
                .hasMessage("segment: of model 123-abc, not another: load that model, or begin a new session");
    }

    @Test
    void anotherPolicyOrBudgetIsNamed() throws Exception {
        KvOptions policy = SnapshotsTest.options("h2o");
        KvOptions budget = new KvOptions(kv.policy(), 47, kv.interval(), kv.prefillLimit());

        assertThatThrownBy(() -> restore(group, policy, SnapshotRun.MODEL, snapshot))
                .isInstanceOf(SnapshotException.class)
                .hasMessageContaining("of a cache kept by " + kv.policy().text() + " (budget 48, interval 16, ")
                .hasMessageEndingWith(": restore it with its own options");
        assertThatThrownBy(() -> restore(group, budget, SnapshotRun.MODEL, snapshot))
                .isInstanceOf(SnapshotException.class)
                .hasMessageContaining("(budget 47, ");
        assertThatThrownBy(() -> restore(group, KvOptions.NONE, SnapshotRun.MODEL, snapshot))
                .isInstanceOf(SnapshotException.class)
                .hasMessageContaining("not by none");
    }

    @Test
    void anotherKvTypeOrShapeOrAShorterContextIsNamed() throws Exception {
        EngineOptions options = EngineOptions.of(1, 1, CONTEXT);

        assertRefused(model, options.withKvType(KvType.F32), "has keys and values in BF16 ");
        assertRefused(
                model,
                EngineOptions.of(1, 1, READ - 1),
                " tokens in a context of " + CONTEXT + ", the context here has 149: choose the same --context");
        try (LlamaModel other = model(4)) {
            assertRefused(other, options, "of 3 KV heads, each of 32 dimensions and 2 query heads, here are ");
        }
    }

    private void assertRefused(LlamaModel other, EngineOptions options, String words) throws Exception {
        try (EngineGroup engines = EngineGroup.start(other, options, LoadListener.SILENT)) {
            assertThatThrownBy(() -> restore(engines, kv, SnapshotRun.MODEL, snapshot))
                    .isInstanceOf(SnapshotException.class)
                    .hasMessageContaining(words);
        }
    }

    @Test
    void withoutMemoryNothingIsTaken() throws Exception {
        EngineOptions options = EngineOptions.of(1, 1, CONTEXT).withKvLimitBytes(8 << 20);
        try (EngineGroup small = EngineGroup.start(model, options, LoadListener.SILENT)) {
            List<Sequence> open = new ArrayList<>();

            assertThatThrownBy(() -> {
                        while (open.size() < 1000) {
                            open.add(restore(small, kv, SnapshotRun.MODEL, snapshot));
                        }
                    })
                    .isInstanceOf(NoKvMemoryException.class)
                    .hasMessage("no KV memory to restore 150 tokens: the memory limit of the engine or its node");

            assertThat(open).isNotEmpty();
            small.close(open.removeLast());
            open.add(restore(small, kv, SnapshotRun.MODEL, snapshot)); // what was refused has left its room
            open.forEach(small::close);
        }
    }

    @Test
    void aChannelThatTakesNoMoreHarmsNobody() throws Exception {
        for (int room = 0; room < snapshot.length; room += 1 + snapshot.length / 17) {
            int most = room;
            assertThatThrownBy(() -> group.snapshot(
                            sequence, new SnapshotOrigin(SnapshotRun.MODEL, "ab12", 77), new FullDisk(most)))
                    .isInstanceOf(IOException.class)
                    .hasMessage("No space left on device");
        }
        assertThat(SnapshotRun.snapshot(group, sequence)).isEqualTo(snapshot);
    }

    private static Sequence restore(EngineGroup engines, KvOptions options, String fingerprint, byte[] bytes)
            throws Exception {
        return engines.restore(2, options, fingerprint, List.of(MemoryChannel.source("segment", bytes)));
    }

    /** Takes so many bytes. */
    private static final class FullDisk implements WritableByteChannel {
        private int room;

        FullDisk(int room) {
            this.room = room;
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            if (room == 0) {
                throw new IOException("No space left on device");
            }
            int taken = Math.min(room, source.remaining());
            source.position(source.position() + taken);
            room -= taken;
            return taken;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
