/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The nodes of a plan exchange partial sums, logits, steps and signs of life. Read {@link io.headwater.cluster.exchange.DataPlane}, then
 * {@code AeronExchange}. All-reduce and gather run on the engine's thread (its worker 0); a pulse thread per epoch sends signs of life
 * and notices their absence.
 */
@NullMarked
package io.headwater.cluster.exchange;

import org.jspecify.annotations.NullMarked;
