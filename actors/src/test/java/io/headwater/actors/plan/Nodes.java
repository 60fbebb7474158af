/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import io.headwater.model.shard.Units;
import io.headwater.tensors.kernels.KvType;
import java.util.Arrays;
import java.util.List;

/** A small model and nodes for it. */
public final class Nodes {
    public static final Units UNITS = new Units(3, 1, 6, 256, 48, 49152);
    public static final ModelFacts MODEL = new ModelFacts("100-abc", UNITS, 30, 64, 1 << 20, 1 << 18, 1 << 17);
    public static final EngineSettings SETTINGS = new EngineSettings(2048, KvType.BF16, 128, 32);

    private Nodes() {}

    public static NodeProfile profile(String name, double capacity) {
        return profile(name, capacity, 1L << 40, 1L << 40);
    }

    static NodeProfile profile(String name, double capacity, long weightLimit, long kvLimit) {
        return new NodeProfile(
                name, "localhost", 42, List.of("shard"), capacity, 1, kvLimit, weightLimit, "100-abc", "ipc", "1");
    }

    /** A plan for these nodes, as the one at {@code shard} hears it. */
    public static PlanAssignment assignment(long epoch, int shard, String... names) {
        List<NodeProfile> profiles =
                Arrays.stream(names).map(name -> profile(name, 1)).toList();
        return switch (new PlanDecision(MODEL, SETTINGS).decide(epoch, profiles, List.of())) {
            case PlanDecision.Decision.Plan plan -> new PlanAssignment(epoch, plan.nodes(), shard, SETTINGS);
            case PlanDecision.Decision.Impossible impossible -> throw new AssertionError(impossible.reason());
        };
    }
}
