/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Messages of the data plane: a 32-byte header, then one Arrow IPC record batch, each message one Aeron fragment. Read
 * {@link io.headwater.cluster.wire.MessageHeader}, then {@link io.headwater.cluster.wire.TensorCodec}. Runs on whichever thread sends or
 * receives.
 */
@NullMarked
package io.headwater.cluster.wire;

import org.jspecify.annotations.NullMarked;
