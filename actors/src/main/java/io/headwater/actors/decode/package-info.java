/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Requests on their way through the cluster: a client's {@link io.headwater.actors.decode.Gateway} keeps what it has asked and been told, the {@link
 * io.headwater.actors.decode.BudgetSupervisor} admits it, the {@link io.headwater.actors.decode.Decoder} beside the plan's leader feeds
 * it to the decode loop. Read these three in this order. All run on the actor system's dispatcher.
 */
@NullMarked
package io.headwater.actors.decode;

import org.jspecify.annotations.NullMarked;
