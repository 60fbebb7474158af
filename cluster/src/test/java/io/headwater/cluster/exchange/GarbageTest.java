/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.headwater.cluster.media.DataAddress;
import io.headwater.cluster.media.Purpose;
import io.headwater.cluster.media.Transport;
import io.headwater.cluster.wire.FlatSchema;
import io.headwater.cluster.wire.MessageHeader;
import io.headwater.cluster.wire.MessageType;
import io.headwater.cluster.wire.TensorCodec;
import io.headwater.cluster.wire.WireCounters;
import io.headwater.cluster.wire.WireCounters.Count;
import io.headwater.model.engine.Exchange;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is no message of the exchange is dropped and counted, and the sums stay right. */
@Timeout(120)
final class GarbageTest {
    private static final int EPOCH = 7;
    private static final int ROUNDS = 600;
    private final TensorCodec codec = new TensorCodec(FlatSchema.SUMS, 65504);

    @ParameterizedTest
    @EnumSource(Transport.class)
    void garbageIsDroppedAndCounted(Transport transport) throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        try (Planes planes = Planes.start(transport, 2, options -> options)) {
            int streamId = Purpose.SUMS.streamId(EPOCH, 1, 0);
            DataAddress victim = planes.media(0).address();
            Publication peers = planes.media(1).publish(victim, streamId, false); // node 1's own stream
            try (ExclusivePublication strangers = planes.media(1)
                    .aeron()
                    .addExclusivePublication(
                            victim.transport() == Transport.IPC
                                    ? "aeron:ipc"
                                    : "aeron:udp?endpoint=" + victim.endpoint(),
                            streamId)) {
                Future<Void> thrower = planes.on(() -> {
                    Random random = new Random(3);
                    while (!done.get()) {
                        UnsafeBuffer garbage = garbage(random);
                        peers.offer(garbage, 0, garbage.capacity());
                        garbage = random.nextInt(9) == 0 ? ofAStepToCome() : garbage(random);
                        strangers.offer(garbage, 0, garbage.capacity());
                        if (transport == Transport.UDP) {
                            throwAt(victim, random);
                        }
                        LockSupport.parkNanos(20_000); // beside the messages, not instead of them
                    }
                    return null;
                });
                try {
                    planes.onAll(2, node -> rounds(planes.planes.get(node), node));
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
            assertThat(planes.faults).isEmpty();
        } finally {
            done.set(true);
        }
    }

    /** One of all kinds: random bytes, cut, of another epoch or step or node, parts outside of their tensor, changed metadata. */
    private UnsafeBuffer garbage(Random random) {
        int count = 1 + random.nextInt(96);
        UnsafeBuffer whole = new UnsafeBuffer(new byte[codec.length(count)]);
        MessageHeader header = new MessageHeader().startWriting(whole, 0, MessageType.SUMS);
        header.from(1, EPOCH).position(0, 0, 0).part(0, count);
        codec.putMetadata(whole, 0, count);
        return switch (random.nextInt(8)) {
            case 0 -> {
                byte[] bytes = new byte[1 + random.nextInt(1300)];
                random.nextBytes(bytes);
                yield new UnsafeBuffer(bytes);
            }
            case 1 -> new UnsafeBuffer(whole.byteArray(), 0, 1 + random.nextInt(whole.capacity() - 1));
            case 2 -> {
                header.from(1, EPOCH - 1);
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

    /** Only a stranger says that: who waits for it stays in the stranger's own stream. */
    private UnsafeBuffer ofAStepToCome() {
        UnsafeBuffer whole = new UnsafeBuffer(new byte[codec.length(Planes.DIM)]);
        new MessageHeader()
                .startWriting(whole, 0, MessageType.SUMS)
                .from(1, EPOCH)
                .position(1_000_000, 0, 0)
                .part(0, Planes.DIM);
        codec.putMetadata(whole, 0, Planes.DIM);
        return whole;
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

    private static Callable<Void> rounds(DataPlane plane, int node) {
        return () -> {
            Exchange exchange = plane.exchange();
            for (int round = 0; round < ROUNDS; round++) {
                long[] sums = new long[(1 + round % 5) * Planes.DIM];
                for (int i = 0; i < sums.length; i++) {
                    sums[i] = (node + 1L) * (i + 31L * round);
                }
                exchange.begin(round);

                exchange.allReduce(sums, sums.length, Planes.DIM, 0, 0);

                for (int i = 0; i < sums.length; i++) {
                    assertThat(sums[i]).isEqualTo(3 * (i + 31L * round));
                }
            }
            return null;
        };
    }
}
