/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One node put together: {@link io.headwater.actors.node.ClusterNode} is what {@code deploy} starts, {@code NodeGuardian} the root of its actors,
 * {@code RuntimeLoader} the bridge from head shard to engine. The only package that knows all the others.
 */
@NullMarked
package io.headwater.actors.node;

import org.jspecify.annotations.NullMarked;
