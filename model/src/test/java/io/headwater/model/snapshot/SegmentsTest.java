/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headwater.compression.KvPolicy;
import io.headwater.model.kvcache.HeadCache;
import io.headwater.model.kvcache.HeadsShape;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.kvcache.SequenceCache;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.KvType;
import io.headwater.tensors.memory.ArenaOptions;
import io.headwater.tensors.memory.BlockArena;
import io.headwater.testing.AllocatorExtension;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Segments of heads of several pieces, with everything that a head can have; what they must say of themselves to be taken. */
@ExtendWith(AllocatorExtension.class)
final class SegmentsTest {
    private static final int LAYERS = 2;
    private static final int KV_HEADS = 3;
    private static final int HEAD_DIM = 6;
    private static final int GROUP = 2;
    private static final int READ = 1300;
    private static final int CONTEXT = 2000;
    private static final SnapshotOrigin ORIGIN = new SnapshotOrigin("model", "session", 5);
    private static final SequencePoint AT = new SequencePoint(READ, 1);

    /** Sums and a ring; g-kv has a float of state. */
    private static KvOptions kv(String policy) throws Exception {
        return new KvOptions(KvPolicy.parse(policy), 1100, 64, CONTEXT);
    }

    @ParameterizedTest
    @EnumSource
    void headsOfManyPiecesComeBackAsTheyWere(KvType type, BufferAllocator root) throws Exception {
        for (String policy :
                List.of("none", "streaming-llm", "h2o", "ems:window=5,allocation=uniform", "g-kv:window=7")) {
            try (BlockArena arena = arena(root);
                    SequenceCache cache = cache(arena, type, kv(policy))) {
                fill(cache, 7);
                byte[] bytes = write(cache, kv(policy), root);

                try (SequenceCache restored = cache(arena, type, kv(policy))) {
                    ShardHeads heads = new ShardHeads(0, KV_HEADS, List.of(restored));
                    assertThat(restore(heads, kv(policy), bytes)).isZero();

                    assertThat(write(restored, kv(policy), root)).as(policy).isEqualTo(bytes);
                    for (int i = 0; i < LAYERS * KV_HEADS; i++) {
                        HeadCache expected = cache.head(i / KV_HEADS, i % KV_HEADS);
                        HeadCache actual = restored.head(i / KV_HEADS, i % KV_HEADS);
                        assertThat(HeadText.of(actual)).as(policy).isEqualTo(HeadText.of(expected));
                        assertThat(actual.next()).isEqualTo(READ);
                    }
                    assertThat(restored.bytes()).as(policy).isEqualTo(cache.bytes());
                }
            }
        }
    }

    @Test
    void anyArrowReaderCanReadIt(BufferAllocator root) throws Exception {
        try (BlockArena arena = arena(root);
                SequenceCache cache = cache(arena, KvType.BF16, kv("h2o"))) {
            fill(cache, 7);
            byte[] bytes = write(cache, kv("h2o"), root);

            List<Integer> lengths = new ArrayList<>();
            try (ArrowStreamReader reader = new ArrowStreamReader(new ByteArrayInputStream(bytes), root)) {
                assertThat(reader.getVectorSchemaRoot().getSchema().getCustomMetadata())
                        .containsEntry("headwater.position", "1300")
                        .containsEntry("headwater.log_offset", "5")
                        .containsEntry("headwater.policy", kv("h2o").policy().text());
                while (reader.loadNextBatch()) {
                    IntVector first = (IntVector) reader.getVectorSchemaRoot().getVector("first");
                    ListVector positions =
                            (ListVector) reader.getVectorSchemaRoot().getVector("position");
                    int head = lengths.size() - (first.get(0) == 0 ? 0 : 1);
                    HeadCache expected = cache.head(head / KV_HEADS, head % KV_HEADS);
                    for (int i = 0; i < positions.getInnerValueCountAt(0); i++) {
                        assertThat(((IntVector) positions.getDataVector()).get(i))
                                .isEqualTo(expected.position(first.get(0) + i));
                    }
                    if (first.get(0) == 0) {
                        lengths.add(((IntVector) reader.getVectorSchemaRoot().getVector("entries")).get(0));
                    }
                }
            }

            for (int i = 0; i < LAYERS * KV_HEADS; i++) {
                assertThat(lengths.get(i))
                        .isEqualTo(cache.head(i / KV_HEADS, i % KV_HEADS).length());
            }
        }
    }

    @Test
    void otherVersionsAreNamed(BufferAllocator root) throws Exception {
        KvOptions kv = kv("h2o");
        try (BlockArena arena = arena(root);
                SequenceCache cache = cache(arena, KvType.BF16, kv)) {
            fill(cache, 7);
            ShardHeads heads = new ShardHeads(0, KV_HEADS, List.of(cache));

            byte[] format = write(new SnapshotHeader(3, 1, ORIGIN, AT, kv, heads.range()), heads, root);
            byte[] arithmetic = write(new SnapshotHeader(2, 99, ORIGIN, AT, kv, heads.range()), heads, root);

            assertRefused(
                    heads,
                    kv,
                    "segment 0: a snapshot of format 3, this version of Headwater reads 2; drop it and build the cache"
                            + " again from the session's tokens",
                    format);
            assertRefused(
                    heads,
                    kv,
                    "segment 0: of arithmetic version 99, this version of Headwater computes by "
                            + ArithmeticVersion.CURRENT
                            + "; drop it and build the cache again from the session's tokens",
                    arithmetic);
        }
    }

    @Test
    void headsThatAreMissingOrThereTwiceAndSegmentsOfOtherSnapshotsAreNamed(BufferAllocator root) throws Exception {
        KvOptions kv = kv("h2o");
        try (BlockArena arena = arena(root);
                SequenceCache cache = cache(arena, KvType.BF16, kv)) {
            fill(cache, 7);
            ShardHeads heads = new ShardHeads(0, KV_HEADS, List.of(cache));
            byte[] first = write(SnapshotHeader.of(ORIGIN, AT, kv, range(heads, 0, 1)), heads, root);
            byte[] others = write(SnapshotHeader.of(ORIGIN, AT, kv, range(heads, 1, 3)), heads, root);
            byte[] whole = write(SnapshotHeader.of(ORIGIN, AT, kv, heads.range()), heads, root);
            byte[] later = write(
                    SnapshotHeader.of(new SnapshotOrigin("model", "session", 6), AT, kv, range(heads, 0, 1)),
                    heads,
                    root);

            assertRefused(
                    heads,
                    kv,
                    "segment 0: KV head 0 is in none of the 1 segments given: give all segments of the snapshot, or"
                            + " build the cache again from the session's tokens",
                    others);
            assertRefused(
                    heads, kv, "segment 1: has KV head 1, and so has segment 0: give each head once", whole, others);
            assertRefused(
                    heads,
                    kv,
                    "segment 1: of another snapshot (session session, position 1300, log offset 6) than segment 0"
                            + " (session session, position 1300, log offset 5): give the segments of one",
                    others,
                    later);
            Restoration both = Restoration.open(sources(first, others), target(heads, kv));
            assertThat(both.at()).isEqualTo(AT);
        }
    }

    @Test
    void aSegmentThatContradictsItselfIsRefused(BufferAllocator root) throws Exception {
        KvOptions kv = kv("h2o");
        try (BlockArena arena = arena(root);
                SequenceCache cache = cache(arena, KvType.BF16, kv);
                SequenceCache empty = cache(arena, KvType.BF16, kv)) {
            fill(cache, 7);
            ShardHeads heads = new ShardHeads(0, KV_HEADS, List.of(cache));
            SequencePoint early = new SequencePoint(100, 9);
            byte[] longer = write(SnapshotHeader.of(ORIGIN, early, kv, heads.range()), heads, root);
            ShardHeads into = new ShardHeads(0, KV_HEADS, List.of(empty));

            assertThatThrownBy(() -> restore(into, kv, longer))
                    .isInstanceOf(SnapshotException.class)
                    .hasMessageContaining("layer 0, KV head 0 from entry 0 cannot be of 1100 entries after 100 tokens");
        }
    }

    /** More would outgrow the head's blocks before its next change point. */
    @Test
    void aHeadHasWhatTheLastChangeLeftAndWhatCameSince(BufferAllocator root) throws Exception {
        KvOptions h2o = kv("h2o");
        KvOptions less = new KvOptions(h2o.policy(), 1000, h2o.interval(), h2o.prefillLimit());
        assertImpossible(root, less, new SequencePoint(READ, 99), "layer 0, KV head 0 from entry 0 cannot be of 1100");
        assertImpossible(root, h2o, new SequencePoint(READ, 2), "layer 1, KV head 0 from entry 0 cannot be of 1 ");
        KvOptions limit = new KvOptions(h2o.policy(), 1000, h2o.interval(), h2o.interval());
        assertImpossible(
                root, limit, new SequencePoint(READ, 100), "layer 0, KV head 0 from entry 0 cannot be of 1100");
        assertImpossible(
                root, kv("none"), new SequencePoint(READ + 1, 0), "layer 0, KV head 0 from entry 0 cannot be of 1300");
    }

    /** With a cache that was kept by other options than the header's. */
    private static void assertImpossible(BufferAllocator root, KvOptions kv, SequencePoint at, String words)
            throws Exception {
        try (BlockArena arena = arena(root);
                SequenceCache cache = cache(arena, KvType.BF16, kv(kv.policy().text()));
                SequenceCache empty = cache(arena, KvType.BF16, kv)) {
            fill(cache, 7);
            ShardHeads heads = new ShardHeads(0, KV_HEADS, List.of(cache));
            byte[] bytes = write(SnapshotHeader.of(ORIGIN, at, kv, heads.range()), heads, root);

            assertThatThrownBy(() -> restore(new ShardHeads(0, KV_HEADS, List.of(empty)), kv, bytes))
                    .isInstanceOf(SnapshotException.class)
                    .hasMessageContaining(words)
                    .hasMessageContaining(at.sinceChange() + " of them since a change");
        }
    }

    /** Bits flipped before the sum was made: what nobody wrote may be taken for a cache or not, but ends neither the process nor in a leak. */
    @Test
    void aForgedSegmentIsTakenOrRefused(BufferAllocator root) throws Exception {
        KvOptions kv = kv("h2o");
        try (BlockArena arena = arena(root);
                SequenceCache cache = cache(arena, KvType.BF16, kv)) {
            fill(cache, 7);
            byte[] whole = write(cache, kv, root);
            int refused = 0;
            for (int seed = 0; seed < 400; seed++) {
                byte[] forged = forged(whole, seed);
                try (SequenceCache into = cache(arena, KvType.BF16, kv)) {
                    restore(new ShardHeads(0, KV_HEADS, List.of(into)), kv, forged);
                } catch (SnapshotException e) {
                    refused++;
                    assertThat(e).hasMessageStartingWith("segment 0: ");
                }
            }
            assertThat(refused).isBetween(10, 390);
        }
    }

    private static byte[] forged(byte[] whole, int seed) {
        Random random = new Random(seed);
        byte[] forged = whole.clone();
        int most = seed % 2 == 0 ? 4096 : whole.length - 20; // often in the schema and the first piece
        for (int i = 0; i < 4; i++) {
            forged[random.nextInt(most)] ^= (byte) (1 << random.nextInt(8));
        }
        CRC32C sum = new CRC32C();
        sum.update(forged, 0, forged.length - 4);
        ByteBuffer.wrap(forged).order(ByteOrder.LITTLE_ENDIAN).putInt(forged.length - 4, (int) sum.getValue());
        return forged;
    }

    private static HeadRange range(ShardHeads heads, int from, int to) {
        return new HeadRange(heads.range().layout(), GROUP, LAYERS, KV_HEADS, from, to);
    }

    private static RestoreTarget target(ShardHeads heads, KvOptions kv) {
        return new RestoreTarget("model", kv, heads.range(), CONTEXT);
    }

    private static void assertRefused(ShardHeads heads, KvOptions kv, String message, byte[]... segments) {
        assertThatThrownBy(() -> Restoration.open(sources(segments), target(heads, kv)))
                .isInstanceOf(SnapshotException.class)
                .hasMessage(message);
    }

    private static List<SnapshotSource> sources(byte[]... segments) {
        return IntStream.range(0, segments.length)
                .mapToObj(i -> MemoryChannel.source("segment " + i, segments[i]))
                .toList();
    }

    private static int restore(ShardHeads heads, KvOptions kv, byte[]... segments) throws SnapshotException {
        return Restoration.open(sources(segments), target(heads, kv)).fill(heads);
    }

    private static byte[] write(SequenceCache cache, KvOptions kv, BufferAllocator root) throws IOException {
        ShardHeads heads = new ShardHeads(0, KV_HEADS, List.of(cache));
        return write(SnapshotHeader.of(ORIGIN, AT, kv, heads.range()), heads, root);
    }

    private static byte[] write(SnapshotHeader header, ShardHeads heads, BufferAllocator root) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        SegmentWriter.write(header, heads, root, Channels.newChannel(bytes));
        return bytes.toByteArray();
    }

    private static BlockArena arena(BufferAllocator root) {
        return BlockArena.create(root, ArenaOptions.of("engine-0", 1L << 30));
    }

    private static SequenceCache cache(BlockArena arena, KvType type, KvOptions kv) {
        HeadsShape shape = new HeadsShape(new KvLayout(HEAD_DIM, type), LAYERS, KV_HEADS, GROUP);
        return new SequenceCache(arena, arena.open("session", Long.MAX_VALUE), shape, kv, CONTEXT);
    }

    /** Random keys, values, queries; where the policy gives entries up, ragged heads with biases or members, sums and state of any bits. */
    private static void fill(SequenceCache cache, long seed) {
        Random random = new Random(seed);
        assertThat(cache.reserve(READ)).isZero();
        float[] vector = new float[GROUP * HEAD_DIM];
        for (int i = 0; i < LAYERS * KV_HEADS; i++) {
            HeadCache head = cache.head(i / KV_HEADS, i % KV_HEADS);
            for (int at = 0; at < READ; at++) {
                for (int d = 0; d < vector.length; d++) {
                    vector[d] = (float) random.nextGaussian();
                }
                head.store(at, at, vector, 0, vector, HEAD_DIM);
                head.storeQueries(at, READ - 1, vector, 0);
            }
        }
        cache.advance(READ);
        if (!cache.kept().positions()) {
            return;
        }
        for (int i = 0; i < LAYERS * KV_HEADS; i++) {
            giveUp(
                    cache.head(i / KV_HEADS, i % KV_HEADS),
                    i,
                    cache.kept().columnSums(),
                    cache.kept().floats(),
                    random);
        }
        cache.trim();
    }

    private static void giveUp(HeadCache head, int i, boolean sums, int floats, Random random) {
        int n = new int[] {1100, 512, 513, 1, 1024, 700}[i];
        int[] kept = random.ints(0, READ).distinct().limit(n).sorted().toArray();
        for (int entry = 0; entry < READ; entry++) {
            if (sums) {
                head.columnSum(entry, random.nextFloat());
            }
            if (floats > 0) {
                head.state(0, entry, entry % 3 == 0 ? Float.NaN : random.nextFloat());
            }
        }
        head.keep(kept, n);
        if (i % 3 == 0) {
            head.bias(n - 1, -0f);
            head.bias(n / 2, 0.5f);
        } else if (i % 3 == 1) {
            int[] members = random.ints(2L * n, 0, n).sorted().toArray();
            float[] ratios = new float[members.length];
            for (int m = 0; m < ratios.length; m++) {
                ratios[m] = random.nextFloat();
            }
            head.members(members, ratios, members.length);
        }
    }
}
