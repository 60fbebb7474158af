/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The way to the decode loop: {@link io.headwater.sessions.decode.DecodeDesk} is the one thread that uses a {@link
 * io.headwater.model.decoding.DecodeClient}, and bounds what may be handed in.
 */
@NullMarked
package io.headwater.sessions.decode;

import org.jspecify.annotations.NullMarked;
