/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Who computes what: {@code ShardPlanner}, a cluster singleton, deals the model out to the nodes that have joined, gives every plan an epoch
 * and makes a new one when nodes come and go. What it is told are {@link io.headwater.actors.plan.ShardReport}s, what it tells nodes
 * {@link io.headwater.actors.plan.ShardOrder}s, what it tells gateways {@link io.headwater.actors.plan.PlanState}s: read these first, then
 * {@code PlanDecision}, which is the logic without the actor. Runs on the actor system's dispatcher.
 */
@NullMarked
package io.headwater.actors.plan;

import org.jspecify.annotations.NullMarked;
