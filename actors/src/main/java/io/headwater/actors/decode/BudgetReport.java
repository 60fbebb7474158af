/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.decode;

import io.headwater.cluster.membership.CborMessage;

/** What the {@link BudgetSupervisor} answers a gateway. */
public sealed interface BudgetReport extends CborMessage {
    long session();

    /** The session's memory is reserved on all nodes, until it is released. */
    record Granted(long session) implements BudgetReport {}

    /** It waits; {@code place} 1 is next. Said again when the place changes. */
    record Waiting(long session, int place) implements BudgetReport {}

    /** It gets no memory; {@code later}: there may be some when others have ended. */
    record Refused(long session, String reason, boolean later) implements BudgetReport {}
}
