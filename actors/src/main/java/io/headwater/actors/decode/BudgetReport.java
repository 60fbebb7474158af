/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.decode;

import io.headwater.cluster.membership.CborMessage;

/** What the {@link BudgetSupervisor} answers a gateway. */
public sealed interface BudgetReport extends CborMessage {
    long session();

    /** Memory for so many entries is reserved for the session on all nodes, until it is released or withdrawn. */
    record Granted(long session, int entries) implements BudgetReport {}

    /** It waits; {@code place} 1 is next. Said again when the place changes. */
    record Waiting(long session, int place) implements BudgetReport {}

    /** What it had does not fit into a new plan: it waits, before all who have had nothing yet, and is granted again when there is room. */
    record Withdrawn(long session) implements BudgetReport {}

    /** It gets no memory; {@code later}: there may be some when others have ended or nodes have come back. */
    record Refused(long session, String reason, boolean later) implements BudgetReport {}
}
