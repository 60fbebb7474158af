/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.headwater.cluster.media.Transport;
import io.headwater.model.engine.Exchange;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
final class ExchangeAllocationTest {
    private static final int STEPS = 800;
    private static final int WINDOWS = 12;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @ParameterizedTest
    @ValueSource(ints = {0, Integer.MAX_VALUE})
    void exchangesAllocateNothing(int crossoverRows) throws Exception {
        try (Planes planes = Planes.start(Transport.IPC, 2, options -> options.withCrossoverRows(crossoverRows))) {
            List<Long> allocated = planes.onAll(2, node -> () -> {
                DataPlane plane = planes.planes.get(node);
                long[] sums = new long[40 * Planes.DIM];
                float[] logits = new float[2 * Planes.SLICE];
                run(plane.exchange(), node, 0, sums, logits);
                long least = Long.MAX_VALUE; // what the JVM links late is in one window, what a message costs in each
                for (int window = 1; window <= WINDOWS; window++) {
                    long before = THREADS.getCurrentThreadAllocatedBytes();
                    run(plane.exchange(), node, window * STEPS, sums, logits);
                    least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
                }
                return least;
            });

            assertThat(allocated).containsExactly(0L, 0L);
        }
    }

    private static void run(Exchange exchange, int node, int firstStep, long[] sums, float[] logits) throws Exception {
        for (int step = firstStep; step < firstStep + STEPS; step++) {
            exchange.begin(step);
            exchange.allReduce(sums, (step % 40 + 1) * Planes.DIM, Planes.DIM, 0, 0);
            exchange.gather(logits, 1, 2 * Planes.SLICE, node * Planes.SLICE, (node + 1) * Planes.SLICE - 1 + node % 2);
        }
    }
}
