/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

/** What a node does. */
public enum NodeState {
    /** In the plan, its engine is being made. */
    LOADING,
    /** In the plan, its engine waits for the others'. */
    READY,
    /** In the plan that answers. */
    SERVING,
    /** Not in the plan: it becomes part of a next one, or is one too many. */
    STANDBY,
    /** It leaves. */
    DRAINING
}
