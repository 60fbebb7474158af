/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Where a model's work is cut, and who gets which piece. {@code Units} are the smallest pieces, cut where no layout can change
 * them; a {@code Shard} is what one node owns; a {@code ShardPlan} deals units out to nodes. Read them in that order.
 */
@NullMarked
package io.headwater.model.shard;

import org.jspecify.annotations.NullMarked;
