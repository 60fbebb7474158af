/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Aeron's media driver and client as one object, its directory in shared memory, the addresses of nodes. Read
 * {@link io.headwater.cluster.media.Media}. The driver has threads of its own or, as invoker, runs on those that wait.
 */
@NullMarked
package io.headwater.cluster.media;

import org.jspecify.annotations.NullMarked;
