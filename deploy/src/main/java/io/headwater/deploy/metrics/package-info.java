/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What a server counts and times, for Prometheus: {@link io.headwater.deploy.metrics.ServerMeters} has all of it,
 * {@link io.headwater.deploy.metrics.MeteredClient} measures tokens where the decode loop tells them, {@link io.headwater.deploy.metrics.ClusterMeters}
 * shows what the nodes tell of themselves. Any thread, but for the client, which is its desk's.
 */
@NullMarked
package io.headwater.deploy.metrics;

import org.jspecify.annotations.NullMarked;
