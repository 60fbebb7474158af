/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.aeron.logbuffer.ControlledFragmentHandler.Action;
import io.headwater.cluster.media.DataAddress;
import io.headwater.cluster.media.Media;
import io.headwater.cluster.media.MediaOptions;
import io.headwater.cluster.media.Purpose;
import io.headwater.cluster.media.Transport;
import io.headwater.cluster.wire.FlatSchema;
import io.headwater.cluster.wire.MessageHeader;
import io.headwater.cluster.wire.MessageType;
import io.headwater.cluster.wire.TensorCodec;
import io.headwater.cluster.wire.WireCounters;
import io.headwater.cluster.wire.WireCounters.Count;
import io.headwater.model.engine.Exchange;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is no message of the exchange is dropped and counted, and the sums stay right. */
@Timeout(120)
final class GarbageTest {
    private static final int EPOCH = 7;
    private static final int ROUNDS = 600;
    private final TensorCodec sumsCodec = new TensorCodec(FlatSchema.SUMS, 65504);
    private final TensorCodec logitsCodec = new TensorCodec(FlatSchema.LOGITS, 65504);
    private final TensorCodec stepsCodec = new TensorCodec(FlatSchema.STEPS, 65504);

    /** A stream of node 0 or 1 that others write to as well: with the sender's own session, and with one of their own. */
    private record Target(Purpose purpose, Publication own, ExclusivePublication strangers) implements AutoCloseable {
        static Target of(Planes planes, Purpose purpose, int source) {
            int streamId = purpose.streamId(EPOCH, source, 1 - source);
            DataAddress victim = planes.media(1 - source).address();
            Media sender = planes.media(source);
            boolean small = purpose == Purpose.STEPS || purpose == Purpose.PULSE;
            return new Target(
                    purpose,
                    sender.publish(victim, streamId, small),
                    sender.aeron()
                            .addExclusivePublication(
                                    victim.transport() == Transport.IPC
                                            ? "aeron:ipc"
                                            : "aeron:udp?endpoint=" + victim.endpoint(),
                                    streamId));
        }

        @Override
        public void close() {
            strangers.close();
            own.close();
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void garbageIsDroppedAndCounted(Transport transport) throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        try (Planes planes = Planes.start(transport, 2, options -> options)) {
            await().until(() ->
                    planes.planes.stream().allMatch(plane -> plane.figures().pulses() > 3));
            sendAStep(planes.planes.get(0).out(1));
            planes.onAll(2, node -> rounds(planes.planes.get(node), node, 0, 1)); // now it is known who the peers are
            try (Target sums = Target.of(planes, Purpose.SUMS, 1);
                    Target logits = Target.of(planes, Purpose.LOGITS, 1);
                    Target pulse = Target.of(planes, Purpose.PULSE, 1);
                    Target steps = Target.of(planes, Purpose.STEPS, 0)) {
                List<Target> targets = List.of(sums, logits, pulse, steps);
                Future<Void> thrower = planes.on(() -> {
                    Random random = new Random(3);
                    while (!done.get()) {
                        throwAt(targets.get(random.nextInt(targets.size())), random);
                        if (transport == Transport.UDP) {
                            throwAt(planes.media(0).address(), random);
                        }
                        LockSupport.parkNanos(20_000); // beside the messages, not instead of them
                    }
                    return null;
                });
                try {
                    planes.onAll(2, node -> rounds(planes.planes.get(node), node, 1, ROUNDS));
                } finally {
                    done.set(true);
                }
                thrower.get(10, TimeUnit.SECONDS);
            }
            WireCounters counters = planes.planes.getFirst().counters();
            assertThat(counters.get(Count.MALFORMED)).isPositive();
            assertThat(counters.get(Count.OLD_EPOCH)).isPositive();
            assertThat(counters.get(Count.OLD_STEP)).isPositive();
            assertThat(counters.get(Count.UNKNOWN_SOURCE)).isPositive();
            assertThat(planes.planes.getLast().counters().get(Count.UNKNOWN_SOURCE))
                    .isPositive();
            assertThat(planes.faults).isEmpty();
        } finally {
            done.set(true);
        }
    }

    @Test
    void strangersDoNotMakeAReceiverGrow() throws Exception {
        try (Planes planes = Planes.start(Transport.UDP, 2, options -> options);
                Media stranger = Media.start(MediaOptions.udp("127.0.0.1"))) {
            planes.onAll(2, node -> sums(planes.planes.get(node), 0));
            Path images = Path.of(planes.media(0).directory(), "images");
            long before = count(images);
            String channel = "aeron:udp?term-length=65536|endpoint="
                    + planes.media(0).address().endpoint();
            for (int session = 0; session < 40; session++) {
                ExclusivePublication one =
                        stranger.aeron().addExclusivePublication(channel, Purpose.SUMS.streamId(EPOCH, 1, 0));
                assertThat(one.isClosed()).isFalse();
            }
            await().untilAsserted(() -> assertThat(count(images)).isGreaterThan(before)); // they have come
            planes.onAll(2, node -> sums(planes.planes.get(node), 1));

            assertThat(count(images)).as("streams that are kept").isLessThanOrEqualTo(before + 8);
            assertThat(planes.faults).isEmpty();
        }
    }

    private static long count(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.count();
        }
    }

    private static Callable<Void> sums(DataPlane plane, int step) {
        return () -> {
            plane.exchange().begin(step);
            plane.exchange().allReduce(new long[Planes.DIM], Planes.DIM, Planes.DIM, 0, 0);
            return null;
        };
    }

    private void throwAt(Target target, Random random) {
        UnsafeBuffer garbage = garbage(random, target.purpose);
        target.own.offer(garbage, 0, garbage.capacity());
        garbage = random.nextInt(3) == 0 ? asIfFromThePeer(target.purpose) : garbage(random, target.purpose);
        target.strangers.offer(garbage, 0, garbage.capacity());
    }

    private static void sendAStep(OutLink out) throws Exception {
        assertThat(out.claim(MessageType.STEP, 0, 1, 1)).isTrue();
        out.position(1, 0, 0);
        for (int column = 0; column < 4; column++) {
            out.putByte(column, 0, (byte) 0);
        }
        out.commit();
    }

    /** One of all kinds: random bytes, cut, of another epoch or step or node, parts outside of their tensor, changed metadata. */
    private UnsafeBuffer garbage(Random random, Purpose purpose) {
        TensorCodec codec = codec(purpose);
        int count = 1 + random.nextInt(96);
        UnsafeBuffer whole = new UnsafeBuffer(new byte[codec.length(count)]);
        MessageHeader header = new MessageHeader().startWriting(whole, 0, type(purpose));
        header.from(source(purpose), EPOCH).position(0, 0, 0).part(0, count);
        codec.putMetadata(whole, 0, count);
        return switch (random.nextInt(9)) {
            case 0 -> {
                byte[] bytes = new byte[1 + random.nextInt(1300)];
                random.nextBytes(bytes);
                yield new UnsafeBuffer(bytes);
            }
            case 1 -> new UnsafeBuffer(whole.byteArray(), 0, 1 + random.nextInt(whole.capacity() - 1));
            case 2 -> {
                header.from(source(purpose), EPOCH - 1);
                yield whole;
            }
            case 3 -> {
                header.position(-5, 0, 0);
                yield whole;
            }
            case 4 -> {
                header.from(9, EPOCH);
                yield whole;
            }
            case 5 -> {
                header.part(Integer.MAX_VALUE - 3, Integer.MAX_VALUE);
                yield whole;
            }
            case 6 -> {
                header.part(random.nextInt(), Integer.MIN_VALUE + random.nextInt(count + 1));
                yield whole;
            }
            case 7 -> {
                header.part(-1, random.nextInt());
                whole.putLong(MessageHeader.LENGTH + 40, Long.MAX_VALUE);
                yield whole;
            }
            default -> {
                whole.putInt(MessageHeader.LENGTH + 4, random.nextInt());
                yield whole;
            }
        };
    }

    /** What only the session shows to be a stranger's: sums and steps to come, the peer's goodbye. */
    private UnsafeBuffer asIfFromThePeer(Purpose purpose) {
        if (purpose == Purpose.PULSE) {
            UnsafeBuffer goodbye = new UnsafeBuffer(new byte[MessageHeader.LENGTH]);
            new MessageHeader().startWriting(goodbye, 0, MessageType.GOODBYE).from(source(purpose), EPOCH);
            return goodbye;
        }
        TensorCodec codec = codec(purpose);
        UnsafeBuffer whole = new UnsafeBuffer(new byte[codec.length(Planes.DIM)]);
        new MessageHeader()
                .startWriting(whole, 0, type(purpose))
                .from(source(purpose), EPOCH)
                .position(1_000_000, 0, 0)
                .part(0, Planes.DIM);
        codec.putMetadata(whole, 0, Planes.DIM);
        return whole;
    }

    private TensorCodec codec(Purpose purpose) {
        return switch (purpose) {
            case SUMS, PULSE -> sumsCodec;
            case LOGITS -> logitsCodec;
            case STEPS -> stepsCodec;
        };
    }

    private static MessageType type(Purpose purpose) {
        return switch (purpose) {
            case SUMS, PULSE -> MessageType.SUMS;
            case LOGITS -> MessageType.LOGITS;
            case STEPS -> MessageType.STEP;
        };
    }

    private static int source(Purpose purpose) {
        return purpose == Purpose.STEPS ? 0 : 1;
    }

    /** Packets that are not even Aeron's, or begin as Aeron's do. */
    private static void throwAt(DataAddress victim, Random random) throws Exception {
        try (DatagramSocket socket = new DatagramSocket()) {
            byte[] bytes = new byte[1 + random.nextInt(2000)];
            random.nextBytes(bytes);
            if (bytes.length > 32 && random.nextBoolean()) {
                UnsafeBuffer frame = new UnsafeBuffer(bytes);
                frame.putInt(0, bytes.length);
                frame.putByte(4, (byte) 0);
                frame.putShort(6, (short) random.nextInt(8));
                frame.putInt(16, Purpose.SUMS.streamId(EPOCH, 1, 0));
            }
            socket.send(new DatagramPacket(bytes, bytes.length, new InetSocketAddress(victim.host(), victim.port())));
        }
    }

    private static Callable<Void> rounds(DataPlane plane, int node, int from, int to) {
        return () -> {
            Exchange exchange = plane.exchange();
            int[] steps = {0};
            for (int round = from; round < to; round++) {
                long[] sums = new long[(1 + round % 5) * Planes.DIM];
                for (int i = 0; i < sums.length; i++) {
                    sums[i] = (node + 1L) * (i + 31L * round);
                }
                exchange.begin(round);

                exchange.allReduce(sums, sums.length, Planes.DIM, 0, 0);
                gather(exchange, node, round);
                if (node == 1) {
                    do {
                        plane.in(0).poll((header, _) -> taken(header, steps), 10);
                    } while (from == 0 && steps[0] == 0);
                }

                for (int i = 0; i < sums.length; i++) {
                    assertThat(sums[i]).isEqualTo(3 * (i + 31L * round));
                }
            }
            assertThat(steps[0]).isEqualTo(node == 1 && from == 0 ? 1 : 0);
            return null;
        };
    }

    /** A message whose place is over is the reader's to drop; a later one there must not be. */
    private static Action taken(MessageHeader header, int[] steps) {
        assertThat(header.step()).isLessThan(2);
        steps[0] += header.step() == 1 ? 1 : 0;
        return Action.CONTINUE;
    }

    private static void gather(Exchange exchange, int node, int round) throws Exception {
        int stride = 2 * Planes.SLICE;
        float[] logits = new float[stride];
        Arrays.fill(logits, node * Planes.SLICE, (node + 1) * Planes.SLICE, 5f * node + round);

        exchange.gather(logits, 1, stride, node * Planes.SLICE, (node + 1) * Planes.SLICE - 1 + node % 2);

        assertThat(logits[Planes.SLICE]).isEqualTo(5f + round);
        assertThat(logits[stride - 1]).isEqualTo(5f + round);
    }
}
