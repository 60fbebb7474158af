/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The command {@code node}: one node of a cluster, from its start to its end. Read {@link io.headwater.deploy.node.NodeCommand} first. The
 * command's thread waits for one of three ends: a signal, the parent's, or the cluster's.
 */
@NullMarked
package io.headwater.deploy.node;

import org.jspecify.annotations.NullMarked;
