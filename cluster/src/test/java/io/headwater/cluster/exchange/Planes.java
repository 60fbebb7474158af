/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.exchange;

import io.headwater.cluster.media.DataAddress;
import io.headwater.cluster.media.Media;
import io.headwater.cluster.media.MediaOptions;
import io.headwater.cluster.media.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;

/** The planes of all nodes of a plan, in one JVM: over IPC one driver, over UDP one each. */
final class Planes implements AutoCloseable {
    static final int DIM = 96;
    static final int MAX_ROWS = 4096;
    static final int SLICE = 1000;

    final List<Media> media = new ArrayList<>();
    final List<DataPlane> planes = new ArrayList<>();
    final ConcurrentLinkedQueue<PeerFault> faults = new ConcurrentLinkedQueue<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    static Planes start(Transport transport, int nodes, UnaryOperator<PlaneOptions> change) throws Exception {
        return new Planes(openMedia(transport, nodes), nodes, 7, change, SystemNanoClock.INSTANCE);
    }

    static List<Media> openMedia(Transport transport, int nodes) {
        List<Media> media = new ArrayList<>();
        for (int node = 0; node < (transport == Transport.IPC ? 1 : nodes); node++) {
            media.add(Media.start(transport == Transport.IPC ? MediaOptions.ipc() : MediaOptions.udp("127.0.0.1")));
        }
        return media;
    }

    Planes(List<Media> media, int nodes, int epoch, UnaryOperator<PlaneOptions> change, NanoClock clock)
            throws Exception {
        this.media.addAll(media);
        try {
            List<DataAddress> addresses = new ArrayList<>();
            List<VocabularySlice> slices = new ArrayList<>();
            for (int node = 0; node < nodes; node++) {
                addresses.add(media(node).address());
                slices.add(new VocabularySlice(node * SLICE, (node + 1) * SLICE - 1 + node % 2));
            }
            planes.addAll(onAll(
                    nodes,
                    node -> () -> DataPlane.connect(
                            media(node),
                            change.apply(PlaneOptions.of(epoch, node, addresses, DIM, MAX_ROWS, slices)),
                            faults::add,
                            () -> false,
                            clock)));
        } catch (Exception e) {
            close();
            throw e;
        }
    }

    Media media(int node) {
        return media.get(Math.min(node, media.size() - 1));
    }

    /** Runs a call per node, each on its own thread; all must end within 60 s. */
    <T> List<T> onAll(int nodes, IntFunction<Callable<T>> calls) throws Exception {
        List<Future<T>> running = new ArrayList<>();
        for (int node = 0; node < nodes; node++) {
            running.add(threads.submit(calls.apply(node)));
        }
        List<T> results = new ArrayList<>();
        for (Future<T> future : running) {
            results.add(future.get(60, TimeUnit.SECONDS));
        }
        return results;
    }

    <T> Future<T> on(Callable<T> call) {
        return threads.submit(call);
    }

    @Override
    public void close() {
        planes.forEach(DataPlane::close);
        media.forEach(Media::close);
        threads.shutdownNow();
    }
}
