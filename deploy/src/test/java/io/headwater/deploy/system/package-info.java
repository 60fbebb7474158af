/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The program as real processes that are killed for real: {@link io.headwater.deploy.system.TestPrograms} starts and ends them, {@link
 * io.headwater.deploy.system.Program} is one of them, {@link io.headwater.deploy.system.TestCluster} a cluster of nodes started by hand. What
 * they say is kept in {@code target/system-tests} when a test fails.
 */
@NullMarked
package io.headwater.deploy.system;

import org.jspecify.annotations.NullMarked;
