/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.aeron.logbuffer.ControlledFragmentHandler.Action;
import io.headwater.cluster.media.DataAddress;
import io.headwater.cluster.media.Media;
import io.headwater.cluster.media.MediaOptions;
import io.headwater.cluster.media.Transport;
import io.headwater.cluster.wire.MessageType;
import io.headwater.model.engine.Exchange;
import io.headwater.model.engine.ExchangeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.NanoClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
final class FaultTest {
    /** A clock whose threads can be stopped, as SIGSTOP stops those of a process, and moved on. */
    private static final class TestClock implements NanoClock {
        private final AtomicLong ahead = new AtomicLong();
        private volatile boolean stopped;
        private volatile String stoppedThread = "pulse-6-1"; // node 1's pulse thread

        @Override
        public long nanoTime() {
            while (stopped && Thread.currentThread().getName().equals(stoppedThread)) {
                LockSupport.parkNanos(1_000_000);
            }
            return System.nanoTime() + ahead.get();
        }
    }

    private final TestClock clock = new TestClock();

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aSilentPeerIsNamedWithinASecondOrSo(Transport transport) throws Exception {
        try (Planes planes = new Planes(Planes.openMedia(transport, 2), 2, 6, options -> options, clock)) {
            Exchange exchange = planes.planes.getFirst().exchange();
            exchange.begin(17);
            Future<Void> waiting = planes.on(() -> {
                exchange.allReduce(new long[Planes.DIM], Planes.DIM, Planes.DIM, 3, 0);
                return null;
            });
            long start = System.nanoTime();
            clock.stopped = true;

            assertThatThrownBy(() -> waiting.get(20, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(ExchangeException.class)
                    .hasMessage("node 1 (" + planes.media(1).address().endpoint()
                            + ") gave no sign of life for 1000 ms in step 17, layer 3, after attention, epoch 6");

            assertThat(System.nanoTime() - start)
                    .isBetween(TimeUnit.MILLISECONDS.toNanos(850), TimeUnit.SECONDS.toNanos(3));
            clock.stopped = false;
            await().untilAsserted(() -> assertThat(planes.faults).hasSizeGreaterThanOrEqualTo(1));
            PeerFault fault = planes.faults.element();
            assertThat(fault.kind()).isEqualTo(PeerFault.Kind.DEAD);
            assertThat(fault.peer()).isEqualTo(1);
            assertThat(fault.step()).isEqualTo(17);
            assertThat(fault.layer()).isEqualTo(3);
        }
    }

    @Test
    void aPeerThatLivesButDoesNotComeHangs() throws Exception {
        Duration limit = Duration.ofMillis(1500);
        try (Planes planes = Planes.start(
                Transport.IPC, 3, options -> options.withLimits(Duration.ofSeconds(5), Duration.ofSeconds(1), limit))) {
            List<Future<Void>> waiting = new ArrayList<>();
            for (int node = 0; node < 2; node++) { // node 2 never comes
                Exchange exchange = planes.planes.get(node).exchange();
                exchange.begin(5);
                waiting.add(planes.on(() -> {
                    exchange.allReduce(new long[Planes.DIM], Planes.DIM, Planes.DIM, 0, 1);
                    return null;
                }));
            }

            for (Future<Void> future : waiting) {
                assertThatThrownBy(() -> future.get(20, TimeUnit.SECONDS))
                        .hasMessageContainingAll(
                                "node 2 (ipc)",
                                "before the first step",
                                "1500 ms",
                                "in step 5, layer 0, after the MLP");
            }

            await().untilAsserted(() -> assertThat(planes.faults).hasSize(2));
            assertThat(planes.faults).allSatisfy(fault -> {
                assertThat(fault.kind()).isEqualTo(PeerFault.Kind.HUNG);
                assertThat(fault.peer()).isEqualTo(2);
            });
        }
    }

    @Test
    void aPeerAtAFileIsWaitedForAsLongAsThatGetsOn() throws Exception {
        Duration limit = Duration.ofSeconds(2);
        long busyNanos = TimeUnit.MILLISECONDS.toNanos(3500);
        try (Planes planes = Planes.start(
                Transport.IPC, 2, options -> options.withLimits(Duration.ofSeconds(5), Duration.ofSeconds(1), limit))) {
            Exchange waits = planes.planes.get(0).exchange();
            Exchange writes = planes.planes.get(1).exchange();
            Future<Void> waiting = planes.on(() -> {
                waits.allReduce(new long[Planes.DIM], Planes.DIM, Planes.DIM, 0, 1);
                return null;
            });
            long start = System.nanoTime();
            await().pollInterval(Duration.ofMillis(20)).until(() -> {
                writes.gettingOn();
                return System.nanoTime() - start > busyNanos;
            });
            writes.allReduce(new long[Planes.DIM], Planes.DIM, Planes.DIM, 0, 1);

            waiting.get(20, TimeUnit.SECONDS);
            assertThat(planes.faults).isEmpty();
        }
    }

    @Test
    void idleNodesAreNeitherDeadNorHung() throws Exception {
        Duration limit = Duration.ofMillis(300);
        try (Planes planes =
                Planes.start(Transport.IPC, 2, options -> options.withLimits(Duration.ofSeconds(5), limit, limit))) {
            long start = System.nanoTime();

            await().pollDelay(Duration.ofMillis(1200)).until(() -> System.nanoTime() - start > 1_200_000_000L);

            assertThat(planes.faults).isEmpty();
        }
    }

    @Test
    void aProcessThatHasBeenStoppedNoticesItself() throws Exception {
        try (Planes planes = new Planes(
                Planes.openMedia(Transport.IPC, 2),
                2,
                6,
                options -> options.withLimits(Duration.ofSeconds(5), Duration.ofSeconds(1), Duration.ofMinutes(1)),
                clock)) {
            await().until(() ->
                    planes.planes.stream().allMatch(plane -> plane.figures().pulses() > 0));

            clock.ahead.addAndGet(TimeUnit.SECONDS.toNanos(3));

            await().untilAsserted(() -> assertThat(planes.faults).hasSize(2));
            assertThat(planes.faults).extracting(PeerFault::kind).containsOnly(PeerFault.Kind.SELF_STOPPED);
        }
    }

    @Test
    void aNodeThatStoodStillForAMomentBlamesNobody() throws Exception {
        try (Planes planes = new Planes(Planes.openMedia(Transport.IPC, 2), 2, 6, options -> options, clock)) {
            await().until(() ->
                    planes.planes.stream().allMatch(plane -> plane.figures().pulses() > 0));

            clock.ahead.addAndGet(TimeUnit.MILLISECONDS.toNanos(1_700));

            long before = pulses(planes);
            await().until(() -> pulses(planes) > before + 8);
            assertThat(planes.faults).isEmpty();
        }
    }

    private static long pulses(Planes planes) {
        return planes.planes.stream()
                .mapToLong(plane -> plane.figures().pulses())
                .sum();
    }

    @Test
    void anExchangeEndsByItselfWhereNobodyFindsTheFault() throws Exception {
        Duration limit = Duration.ofMillis(400);
        clock.stoppedThread = "pulse-6-0";
        try (Planes planes = new Planes(
                Planes.openMedia(Transport.IPC, 2),
                2,
                6,
                options -> options.withLimits(Duration.ofSeconds(5), limit, limit),
                clock)) {
            clock.stopped = true; // node 0's pulse thread sees nothing any more
            Exchange exchange = planes.planes.getFirst().exchange();
            exchange.begin(3);

            assertThatThrownBy(() -> exchange.allReduce(new long[Planes.DIM], Planes.DIM, Planes.DIM, 1, 0))
                    .isInstanceOf(ExchangeException.class)
                    .hasMessageContainingAll("did not end within 1200 ms", "in step 3, layer 1");

            clock.stopped = false;
        } finally {
            clock.stopped = false;
        }
    }

    @Test
    void closingEndsOnesOwnWaitAndTellsTheOthers() throws Exception {
        try (Planes planes = Planes.start(Transport.IPC, 3, options -> options)) {
            Exchange own = planes.planes.getFirst().exchange();
            Future<Void> waiting = planes.on(() -> {
                own.allReduce(new long[Planes.DIM], Planes.DIM, Planes.DIM, 0, 0);
                return null;
            });

            planes.planes.getFirst().close();

            assertThatThrownBy(() -> waiting.get(5, TimeUnit.SECONDS)).hasMessageContaining("closed");
            await().untilAsserted(() -> assertThat(planes.faults).hasSize(2));
            assertThat(planes.faults).allSatisfy(fault -> {
                assertThat(fault.kind()).isEqualTo(PeerFault.Kind.LEFT);
                assertThat(fault.sentence()).startsWith("node 0 (ipc) has left before the first step, epoch 7");
            });
        }
    }

    @Test
    void aNodeThatDoesNotComeIsNamed() {
        try (Media media = Media.start(MediaOptions.udp("127.0.0.1"))) {
            PlaneOptions options = PlaneOptions.of(
                            3,
                            0,
                            List.of(media.address(), DataAddress.udp("127.0.0.1", 9)),
                            8,
                            8,
                            List.of(new VocabularySlice(0, 4), new VocabularySlice(4, 8)))
                    .withLimits(Duration.ofMillis(300), Duration.ofSeconds(1), Duration.ofSeconds(1));

            assertThatThrownBy(() -> DataPlane.connect(media, options, _ -> {}, () -> false)
                            .close())
                    .isInstanceOf(ExchangeException.class)
                    .hasMessageContaining("node 1 (127.0.0.1:9) did not connect within 300 ms, epoch 3");
        }
    }

    @Test
    void connectingCanBeCancelledBetweenAnyTwoStreams() {
        try (Media media = Media.start(MediaOptions.ipc())) {
            PlaneOptions options = PlaneOptions.of(
                    3,
                    0,
                    List.of(media.address(), media.address()),
                    8,
                    8,
                    List.of(new VocabularySlice(0, 4), new VocabularySlice(4, 8)));
            for (int looks = 0; looks < 10; looks++) {
                AtomicLong left = new AtomicLong(looks);

                assertThatThrownBy(() -> DataPlane.connect(media, options, _ -> {}, () -> left.getAndDecrement() <= 0)
                                .close())
                        .isInstanceOf(ExchangeException.class)
                        .hasMessageContaining("epoch 3 was cancelled");
            }
            assertThat(media.aeron().isClosed()).isFalse();
        }
    }

    @Test
    void aNodeThatLeavesWhileOthersConnectIsNotWaitedFor() throws Exception {
        Duration patient = Duration.ofSeconds(40);
        AtomicBoolean tired = new AtomicBoolean();
        try (Media media = Media.start(MediaOptions.ipc());
                ExecutorService threads = Executors.newCachedThreadPool()) {
            List<VocabularySlice> slices =
                    List.of(new VocabularySlice(0, 1), new VocabularySlice(1, 2), new VocabularySlice(2, 3));
            List<DataAddress> addresses = List.of(media.address(), media.address(), media.address());
            List<Future<String>> outcomes = new ArrayList<>(); // node 2 never comes
            for (int node = 0; node < 2; node++) {
                PlaneOptions options = PlaneOptions.of(3, node, addresses, 8, 8, slices)
                        .withLimits(patient, Duration.ofSeconds(1), Duration.ofSeconds(1));
                boolean gives = node == 1;
                outcomes.add(threads.submit(() -> {
                    try (DataPlane plane = DataPlane.connect(media, options, _ -> {}, () -> gives && tired.get())) {
                        return "connected: " + plane.failure();
                    } catch (ExchangeException e) {
                        return String.valueOf(e.getMessage());
                    }
                }));
            }
            await().pollDelay(Duration.ofMillis(1500)).until(() -> true); // both are connected to each other

            tired.set(true);

            assertThat(outcomes.get(1).get(10, TimeUnit.SECONDS)).contains("cancelled");
            assertThat(outcomes.get(0).get(10, TimeUnit.SECONDS)).contains("node 1 (ipc) has left before all");
        }
    }

    @Test
    void whatAHandlerThrowsIsTheCallersAndNotAeronsLogs() throws Exception {
        try (Planes planes = Planes.start(Transport.IPC, 2, options -> options)) {
            OutLink out = planes.planes.get(0).out(1);
            InLink in = planes.planes.get(1).in(0);
            assertThat(out.claim(MessageType.STEP, 0, 1, 1)).isTrue();
            out.position(1, 0, 0);
            out.commit();

            await().untilAsserted(() -> assertThatThrownBy(() -> in.poll(
                            (_, _) -> {
                                throw new IllegalArgumentException("no such row");
                            },
                            1))
                    .hasMessageContaining("a message of node 0 (ipc) could not be handled")
                    .hasMessageContaining("no such row"));

            assertThat(planes.media(1).errors()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void stepsGoFromTheLeaderToAFollower(Transport transport) throws Exception {
        try (Planes planes = Planes.start(transport, 2, options -> options)) {
            OutLink out = planes.planes.get(0).out(1);
            for (int step = 0; step < 5; step++) {
                assertThat(out.claim(MessageType.STEP, 0, 2, 2)).isTrue();
                out.position(step, 0, 0);
                for (int row = 0; row < 2; row++) {
                    out.putLong(0, row, 1000L + row);
                    out.putInt(1, row, 10 * step + row);
                    out.putInt(2, row, 42);
                    out.putByte(3, row, (byte) 1);
                }
                out.commit();
            }
            InLink in = planes.planes.get(1).in(0);
            Waiter waiter = planes.planes.get(1).waiter();
            long[] seen = {0};

            while (seen[0] < 5) {
                waiter.idle(in.poll(
                        (header, batch) -> {
                            assertThat(header.step()).isEqualTo(seen[0]);
                            assertThat(batch.count()).isEqualTo(2);
                            assertThat(batch.getLong(0, 1)).isEqualTo(1001);
                            assertThat(batch.getInt(1, 1)).isEqualTo((int) (10 * seen[0] + 1));
                            assertThat(batch.getInt(2, 0)).isEqualTo(42);
                            assertThat(batch.getByte(3, 1)).isEqualTo((byte) 1);
                            seen[0]++;
                            return Action.BREAK;
                        },
                        1));
            }
        }
    }
}
