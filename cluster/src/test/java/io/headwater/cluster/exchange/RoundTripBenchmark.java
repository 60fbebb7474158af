/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.exchange;

import io.headwater.cluster.media.DriverThreading;
import io.headwater.cluster.media.IdlePolicy;
import io.headwater.cluster.media.Media;
import io.headwater.cluster.media.MediaOptions;
import io.headwater.cluster.media.Transport;
import io.headwater.model.engine.Exchange;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.agrona.concurrent.SystemNanoClock;

/**
 * Time of an all-reduce among threads of this JVM; over UDP with a driver each. For tuning, on an idle machine. Arguments: ipc|udp, nodes, rows,
 * spins, yields, parkNanos, INVOKER|SHARED|SHARED_NETWORK|DEDICATED.
 */
public final class RoundTripBenchmark {
    private static final int ROUNDS = 30_000;
    private static final int VALUES = 576;

    private RoundTripBenchmark() {}

    public static void main(String[] args) throws Exception {
        Transport transport = Transport.valueOf(args[0].toUpperCase(Locale.ROOT));
        int nodes = Integer.parseInt(args[1]);
        int rows = Integer.parseInt(args[2]);
        WaitPolicy wait = new WaitPolicy(Integer.parseInt(args[3]), Integer.parseInt(args[4]), Long.parseLong(args[5]));
        MediaOptions options = (transport == Transport.IPC ? MediaOptions.ipc() : MediaOptions.udp("127.0.0.1"))
                .change()
                .threading(DriverThreading.valueOf(args[6]))
                .idle(IdlePolicy.BACKOFF)
                .build();
        List<Media> media = new ArrayList<>();
        for (int node = 0; node < (transport == Transport.IPC ? 1 : nodes); node++) {
            media.add(Media.start(options));
        }
        try (Planes planes = new Planes(media, nodes, 1, plane -> plane.withWait(wait), SystemNanoClock.INSTANCE)) {
            for (int pass = 0; pass < 3; pass++) {
                int first = pass * ROUNDS;
                long start = System.nanoTime();
                planes.onAll(nodes, node -> reduce(planes.planes.get(node).exchange(), first, rows));
                System.out.printf(
                        "%s nodes=%d values=%d %s %s: %.1f us each, so far %s%n",
                        transport,
                        nodes,
                        rows * VALUES,
                        wait,
                        args[6],
                        (System.nanoTime() - start) / 1e3 / ROUNDS,
                        planes.planes.getFirst().figures());
            }
        }
    }

    /** Rows of 576 values, as SmolLM2's, in rows of the test's width. */
    private static Callable<Void> reduce(Exchange exchange, int first, int rows) {
        return () -> {
            long[] sums = new long[rows * VALUES];
            for (int step = first; step < first + ROUNDS; step++) {
                exchange.begin(step);
                exchange.allReduce(sums, sums.length, Planes.DIM, 0, 0);
            }
            return null;
        };
    }
}
