/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.cluster.media.Transport;
import io.headwater.model.engine.Exchange;
import java.util.Random;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
final class DataPlaneTest {
    private static final int ROUNDS = 60;

    @ParameterizedTest
    @CsvSource({
        "IPC, 2, 0", "IPC, 2, 2147483647", "IPC, 3, 0", "IPC, 3, 2147483647", "IPC, 3, 4",
        "UDP, 2, 0", "UDP, 2, 2147483647", "UDP, 3, 0", "UDP, 3, 2147483647", "UDP, 3, 4"
    })
    void everyNodeGetsTheSumsOfAllAndShard0TheLogits(Transport transport, int nodes, int crossoverRows)
            throws Exception {
        try (Planes planes = Planes.start(transport, nodes, options -> options.withCrossoverRows(crossoverRows))) {
            planes.onAll(nodes, node -> rounds(planes.planes.get(node).exchange(), node, nodes));

            assertThat(planes.faults).isEmpty();
            for (DataPlane plane : planes.planes) {
                assertThat(plane.figures().dropped()).isZero();
                assertThat(plane.figures().exchanges()).isEqualTo(2L * ROUNDS);
            }
        }
    }

    private static Callable<Void> rounds(Exchange exchange, int node, int nodes) {
        return () -> {
            for (int round = 0; round < ROUNDS; round++) {
                exchange.begin(round);
                // every tenth is longer than the window of a term
                int rows = new Random(round).nextInt(1, round % 10 == 9 ? Planes.MAX_ROWS : 40);
                for (int layer = 0; layer < 2; layer++) {
                    int count = rows * Planes.DIM;
                    long[] mine = values(round, layer, node, count);
                    long[] expected = new long[count];
                    for (int other = 0; other < nodes; other++) {
                        long[] theirs = values(round, layer, other, count);
                        for (int i = 0; i < count; i++) {
                            expected[i] += theirs[i];
                        }
                    }

                    exchange.allReduce(mine, count, Planes.DIM, layer, 1 - layer);

                    assertThat(mine).isEqualTo(expected);
                }
                gather(exchange, round, node, nodes);
            }
            return null;
        };
    }

    private static void gather(Exchange exchange, int round, int node, int nodes) throws Exception {
        int rows = round % 5;
        int stride = nodes * Planes.SLICE;
        float[] logits = new float[rows * stride];
        float[] expected = new float[rows * stride];
        for (int row = 0; row < rows; row++) {
            for (int id = 0; id < stride; id++) {
                int owner = id / Planes.SLICE;
                boolean gap = owner % 2 == 0 && id % Planes.SLICE == Planes.SLICE - 1; // nobody's, Planes says
                expected[row * stride + id] = gap ? 0 : round * 1e6f + row * 1e4f + id;
                if (owner == node) {
                    logits[row * stride + id] = expected[row * stride + id];
                }
            }
        }

        exchange.gather(logits, rows, stride, node * Planes.SLICE, (node + 1) * Planes.SLICE - 1 + node % 2);

        if (node == 0) {
            assertThat(logits).isEqualTo(expected);
        }
    }

    private static long[] values(int round, int layer, int node, int count) {
        return new Random(round * 100L + layer * 10L + node).longs(count).toArray();
    }
}
