/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import io.headwater.model.shard.Shard;

/**
 * A node's place in a plan.
 *
 * @param profile of the node; its {@code kvLimitBytes} is the limit of its share
 * @param units what it owns
 * @param kvBytesPerEntry KV memory of one position of a sequence, over all layers and the heads that it owns
 */
public record PlanNode(NodeProfile profile, Shard units, long kvBytesPerEntry) {
    public String id() {
        return profile.node();
    }
}
