/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.cluster.media.LossyMedia;
import io.headwater.cluster.media.Media;
import io.headwater.model.engine.Exchange;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
final class LossTest {
    private static final int ROUNDS = 2_000;

    @ParameterizedTest
    @CsvSource({"0.01, 11", "0.05, 12"})
    void lostPacketsChangeNoSum(double loss, long seed) throws Exception {
        AtomicLong lost = new AtomicLong();
        List<Media> lossy = List.of(LossyMedia.start(loss, seed, lost), LossyMedia.start(loss, seed + 100, lost));
        Duration patient = Duration.ofSeconds(10);
        try (Planes planes = new Planes(
                lossy, 2, 9, options -> options.withLimits(patient, patient, patient), SystemNanoClock.INSTANCE)) {
            planes.onAll(2, node -> rounds(planes.planes.get(node).exchange(), node));

            assertThat(planes.faults).isEmpty();
            assertThat(lost.get()).as("packets dropped").isPositive();
            for (DataPlane plane : planes.planes) {
                ExchangeFigures figures = plane.figures();
                assertThat(figures.flushes()).isPositive();
                assertThat(figures.dropped()).isZero();
            }
        }
    }

    private static Callable<Void> rounds(Exchange exchange, int node) {
        return () -> {
            for (int round = 0; round < ROUNDS; round++) {
                long[] sums = new long[(1 + round % 7) * Planes.DIM];
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
