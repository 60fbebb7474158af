/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import io.headwater.cluster.exchange.WaitPolicy;
import io.headwater.cluster.media.DataAddress;
import io.headwater.cluster.media.Media;
import io.headwater.cluster.media.MediaOptions;
import io.headwater.cluster.media.Transport;
import io.headwater.model.engine.EngineOptions;
import io.headwater.model.engine.LoadListener;
import io.headwater.model.llama.LlamaModel;
import io.headwater.model.shard.ShardPlan;
import io.headwater.model.shard.Units;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Some nodes in this process: their media, and their runtimes of one epoch after another. */
final class Nodes implements AutoCloseable {
    static final int CHUNK_ROWS = 32;
    private final LlamaModel model;
    private final List<Media> media = new ArrayList<>();
    private final Map<Integer, RuntimeFault> faults = new ConcurrentHashMap<>();
    private List<ShardRuntime> runtimes = List.of();
    private Map<Integer, Long> kvLimits = Map.of();
    private Map<Integer, Path> folders = Map.of();
    private EngineOptions engine = EngineOptions.of(1, 1, 256).withChunkRows(CHUNK_ROWS);

    Nodes(LlamaModel model, Transport transport, int count) {
        this.model = model;
        for (int node = 0; node < count; node++) {
            media.add(
                    transport == Transport.UDP
                            ? Media.start(MediaOptions.udp("127.0.0.1"))
                            : node == 0 ? Media.start(MediaOptions.ipc()) : media.getFirst());
        }
    }

    /** From the next plan on these engines are made, and these shards have so much KV memory, in bytes, the others what they want. */
    void memory(EngineOptions options, Map<Integer, Long> limits) {
        engine = options;
        kvLimits = Map.copyOf(limits);
    }

    /** From the next plan on these shards have a folder for caches. */
    void folders(Map<Integer, Path> ofShards) {
        folders = Map.copyOf(ofShards);
    }

    /** Puts a plan up on the first nodes, one per capacity, all at once. */
    void start(long epoch, List<Double> capacities, Duration warmUp) throws Exception {
        closeRuntimes();
        faults.clear();
        ShardPlan plan = ShardPlan.deal(epoch, Units.of(model.config()), capacities);
        List<DataAddress> addresses =
                media.subList(0, capacities.size()).stream().map(Media::address).toList();
        List<ShardRuntime> started = new ArrayList<>();
        for (int shard = 0; shard < capacities.size(); shard++) {
            started.add(runtime(plan, shard, addresses, warmUp, LoadListener.SILENT));
        }
        runtimes = started;
        try (ExecutorService loaders = Executors.newCachedThreadPool()) {
            List<Future<?>> starts = new ArrayList<>();
            for (ShardRuntime runtime : started) {
                starts.add(loaders.submit(() -> {
                    runtime.start();
                    return true;
                }));
            }
            for (Future<?> start : starts) {
                start.get();
            }
        }
    }

    /** Shard 0 of a plan whose other node never comes, and what opens when its weights are loaded; the caller closes it. */
    ShardRuntime lonely(long epoch, CountDownLatch loaded) throws Exception {
        ShardPlan plan = ShardPlan.even(epoch, Units.of(model.config()), 2);
        LoadListener progress = (done, total) -> {
            if (done == total) {
                loaded.countDown();
            }
        };
        return runtime(plan, 0, List.of(media.get(0).address(), media.get(1).address()), Duration.ZERO, progress);
    }

    /** A plan of one shard, whose limits are short; the caller starts and closes it. */
    ShardRuntime alone(LoadListener progress, Duration hungAfter, Duration leave) throws Exception {
        ShardPlan plan = ShardPlan.even(1, Units.of(model.config()), 1);
        RuntimeOptions options = options(plan, 0, List.of(DataAddress.ipc()), Duration.ZERO);
        RuntimeLimits limits =
                options.limits().withLiveness(Duration.ofMillis(100), hungAfter).withStop(Duration.ofMillis(50), leave);
        return new ShardRuntime(
                new RuntimeOptions(options.model(), options.engine(), plan, 0, options.nodes(), limits),
                null,
                progress,
                (_, fault) -> faults.put(0, fault));
    }

    private ShardRuntime runtime(
            ShardPlan plan, int shard, List<DataAddress> addresses, Duration warmUp, LoadListener progress) {
        RuntimeOptions options = options(plan, shard, addresses, warmUp);
        return new ShardRuntime(options, media.get(shard), progress, (_, fault) -> faults.put(shard, fault));
    }

    private RuntimeOptions options(ShardPlan plan, int shard, List<DataAddress> addresses, Duration warmUp) {
        return new RuntimeOptions(
                model,
                engine.withKvLimitBytes(kvLimits.getOrDefault(shard, Long.MAX_VALUE)),
                plan,
                shard,
                addresses,
                RuntimeLimits.of(WaitPolicy.of(2, 3))
                        .withWarmUpLimit(warmUp)
                        .withCrossoverRows(8)
                        .withLiveness(Duration.ofSeconds(5), Duration.ofSeconds(30)),
                Optional.ofNullable(folders.get(shard))
                        .map(folder -> new ShelfOptions(folder, Long.MAX_VALUE / 4, "the model")));
    }

    ShardRuntime runtime(int shard) {
        return runtimes.get(shard);
    }

    /** By the shard that told. */
    Map<Integer, RuntimeFault> faults() {
        return faults;
    }

    private void closeRuntimes() {
        runtimes.forEach(ShardRuntime::close);
        runtimes = List.of();
    }

    @Override
    public void close() {
        closeRuntimes();
        media.stream().distinct().toList().reversed().forEach(Media::close);
    }
}
