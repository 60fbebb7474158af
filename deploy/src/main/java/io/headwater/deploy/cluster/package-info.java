/* SPDX-License-Identifier: Apache-2.0 */
/**
 * How a command gets a cluster to decode on: {@code LocalCluster} starts one on this host ({@code --nodes N}), {@code JoinedCluster} joins one
 * that runs ({@code --join}). Both give a {@link io.headwater.deploy.cluster.ClusterSession}. Used by the command's thread.
 */
@NullMarked
package io.headwater.deploy.cluster;

import org.jspecify.annotations.NullMarked;
