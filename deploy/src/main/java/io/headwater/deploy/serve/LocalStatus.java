/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.serve;

import io.headwater.actors.plan.ClusterStatus;
import io.headwater.actors.plan.NodeFigures;
import io.headwater.actors.plan.NodeState;
import io.headwater.deploy.decode.LoadedModel;
import io.headwater.model.decoding.ShrunkSessions;
import io.headwater.model.shard.Shard;
import io.headwater.model.shard.ShardPlan;
import io.headwater.sessions.session.SessionService;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What a server whose model is in its own process says of itself, in a cluster's words. */
final class LocalStatus {
    private static final String HERE = "local";

    private LocalStatus() {}

    static CompletionStage<ClusterStatus> of(LoadedModel model, SessionService sessions, ShrunkSessions shrunk) {
        ShardPlan plan = model.engines().plan();
        List<ClusterStatus.Node> nodes = new ArrayList<>();
        for (int i = 0; i < plan.shards().size(); i++) {
            nodes.add(node(model, plan, i));
        }
        return CompletableFuture.completedFuture(new ClusterStatus(
                plan.epoch(),
                "serving",
                "",
                nodes,
                List.of(HERE),
                new ClusterStatus.Sessions(sessions.atWork(), 0, 0, shrunk.count(), shrunk.leastBudget()),
                new ClusterStatus.Exchange(0, 0),
                0,
                Map.of()));
    }

    private static ClusterStatus.Node node(LoadedModel model, ShardPlan plan, int index) {
        Shard shard = plan.shards().get(index);
        return new ClusterStatus.Node(
                HERE + "-" + (index + 1),
                "127.0.0.1",
                ProcessHandle.current().pid(),
                List.of("gateway", "shard"),
                NodeState.SERVING,
                "",
                index == 0,
                shard.headUnits(),
                shard.ffnUnits(),
                shard.vocabularyUnits(),
                model.config().vocabSize(),
                1,
                model.options().threadsPerNode(),
                index == 0 ? figures(model) : NodeFigures.NONE);
    }

    /** The engines of this process share its memory: the first one tells it. */
    private static NodeFigures figures(LoadedModel model) {
        return NodeFigures.NONE.withKv(
                model.engines().kvBytes(), model.options().kvLimitBytes());
    }
}
