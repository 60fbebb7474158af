/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.node;

import io.headwater.cluster.media.Media;
import io.headwater.cluster.media.MediaOptions;
import io.headwater.cluster.membership.Downing;
import io.headwater.cluster.membership.HostPort;
import io.headwater.model.decoding.BatchingOptions;
import io.headwater.model.decoding.DecodeClient;
import io.headwater.model.decoding.DecodeEvent;
import io.headwater.model.decoding.DecodeRequest;
import io.headwater.model.decoding.LocalDecodeClient;
import io.headwater.model.engine.EngineException;
import io.headwater.model.engine.EngineGroup;
import io.headwater.model.engine.EngineOptions;
import io.headwater.model.engine.LoadListener;
import io.headwater.model.gguf.GgufException;
import io.headwater.model.llama.LlamaModel;
import io.headwater.model.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A gateway and shard nodes in this process, each with its own actor system, over real Aeron. */
final class TinyCluster implements AutoCloseable {
    static final Duration SERVES = Duration.ofSeconds(60);
    private static final int CONTEXT = 256;
    private final Path model;
    private final @Nullable Media driver;
    private final OptionalLong kvLimitBytes;
    final ClusterNode gateway;
    final Deque<ClusterNode> shards = new ArrayDeque<>();

    TinyCluster(Path model, boolean udp, int nodes, OptionalLong kvLimitBytes) throws NodeException {
        this.model = model;
        this.kvLimitBytes = kvLimitBytes;
        driver = udp ? null : Media.start(MediaOptions.ipc());
        boolean started = false;
        try {
            gateway = ClusterNode.start(options()
                    .roles(Set.of(NodeRole.GATEWAY))
                    .expectedNodes(nodes)
                    .build());
            join(nodes);
            started = true;
        } finally {
            if (!started && driver != null) {
                driver.close();
            }
        }
    }

    /** All of them, or none and no gateway. */
    private void join(int nodes) throws NodeException {
        boolean joined = false;
        try {
            for (int i = 0; i < nodes; i++) {
                join();
            }
            joined = true;
        } finally {
            if (!joined) {
                shards.forEach(ClusterNode::close);
                gateway.close();
            }
        }
    }

    /** Starts one more shard node. */
    ClusterNode join() throws NodeException {
        ClusterNode node = ClusterNode.start(options()
                .join(Optional.of(gateway.address()))
                .capacity(OptionalDouble.of(1))
                .kvLimitBytes(kvLimitBytes)
                .build());
        shards.add(node);
        return node;
    }

    private NodeOptionsBuilder options() {
        MediaOptions media =
                driver == null ? MediaOptions.udp("127.0.0.1") : MediaOptions.ipcOf(Path.of(driver.directory()));
        return NodeOptions.builder(new HostPort("127.0.0.1", 0), model, engine(), media)
                .downing(Downing.KEEP_OLDEST)
                .nodesOnHost(3);
    }

    private static EngineOptions engine() {
        return EngineOptions.of(1, 1, CONTEXT).withChunkRows(16);
    }

    /** What requests come to on engines of this thread. */
    static Map<Long, List<DecodeEvent>> alone(Path file, List<? extends DecodeRequest> requests)
            throws GgufException, EngineException {
        try (LlamaModel model = LlamaModel.open(file);
                EngineGroup engines = EngineGroup.start(model, engine(), LoadListener.SILENT);
                DecodeClient client = new LocalDecodeClient(
                        engines, Tokenizer.of(model.file().metadata()), BatchingOptions.defaults(), 1, 1, 1)) {
            return decode(client, requests, _ -> {});
        }
    }

    /** Decodes all and returns what each request has heard, prompts' progress left out. */
    static Map<Long, List<DecodeEvent>> decode(
            DecodeClient client, List<? extends DecodeRequest> requests, Consumer<DecodeEvent> every) {
        Map<Long, List<DecodeEvent>> heard = new HashMap<>();
        int[] open = {requests.size()};
        for (DecodeRequest request : requests) {
            List<DecodeEvent> events = new ArrayList<>();
            heard.put(request.session(), events);
            client.submit(request, event -> {
                switch (event) {
                    case DecodeEvent.Prefilled _, DecodeEvent.BudgetChanged _ -> {}
                    case DecodeEvent.Token _, DecodeEvent.Scored _ -> events.add(event);
                    case DecodeEvent.Ended ended -> {
                        events.add(new DecodeEvent.Ended(
                                ended.reason(), ended.text(), ended.best(), DecodeEvent.SequenceFigures.NONE));
                        open[0]--;
                    }
                    case DecodeEvent.Failed _ -> {
                        events.add(event);
                        open[0]--;
                    }
                }
                every.accept(event);
            });
        }
        long start = System.nanoTime();
        while (open[0] > 0) {
            client.await(Duration.ofSeconds(1));
            if (System.nanoTime() - start > SERVES.toNanos()) {
                throw new AssertionError("no end after " + SERVES + ": " + heard);
            }
        }
        return heard;
    }

    @Override
    public void close() {
        shards.forEach(ClusterNode::close);
        gateway.close();
        if (driver != null) {
            driver.close();
        }
    }
}
