/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.decode;

import io.headwater.actors.plan.ClusterStatus;
import io.headwater.actors.plan.DecoderMessage;
import io.headwater.actors.plan.EngineSettings;
import io.headwater.actors.plan.NodeFigures;
import io.headwater.actors.plan.NodeProfile;
import io.headwater.actors.plan.NodeState;
import io.headwater.actors.plan.PlanNode;
import io.headwater.actors.plan.PlanState.Serving;
import io.headwater.model.decoding.DecodeRequest.Generate;
import io.headwater.model.decoding.TokenIds;
import io.headwater.model.generation.TurnOptions;
import io.headwater.model.sampling.SamplingOptions;
import io.headwater.model.shard.Shard;
import io.headwater.model.shard.UnitRange;
import io.headwater.tensors.kernels.KvType;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;

/** Plans and requests for tests. */
final class Plans {
    static final int CONTEXT = 4096;

    private Plans() {}

    static PlanNode node(String name, long kvLimitBytes, long kvBytesPerEntry) {
        UnitRange one = new UnitRange(0, 1);
        return new PlanNode(
                new NodeProfile(name, "host", 1, List.of("shard"), 1, 1, kvLimitBytes, 1 << 30, "model", "ipc", "1"),
                new Shard(one, one, one),
                kvBytesPerEntry);
    }

    static Serving serving(long epoch, ActorRef<DecoderMessage> decoder, PlanNode... nodes) {
        return new Serving(
                epoch, decoder, List.of(nodes), new EngineSettings(CONTEXT, KvType.BF16, 128, 16), "scalar", 1000);
    }

    /** A node that tells what its engine has taken and what its host has free. */
    static ClusterStatus.Node status(String name, long kvBytes, long freeBytes) {
        UnitRange none = new UnitRange(0, 0);
        NodeFigures figures =
                new NodeFigures(0, 0, "k", 1, kvBytes, 0, 1, freeBytes, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Map.of());
        return new ClusterStatus.Node(
                name, "host", 1, List.of("shard"), NodeState.SERVING, "", false, none, none, none, 0, 1, 1, figures);
    }

    static Generate request(long session, int maxTokens, boolean keep) {
        return new Generate(
                session,
                TokenIds.of(1, 2, 3),
                0,
                SamplingOptions.defaults(),
                7,
                new TurnOptions(maxTokens, List.of(), false),
                keep);
    }
}
