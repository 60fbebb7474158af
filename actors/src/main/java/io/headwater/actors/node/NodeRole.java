/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.node;

/** What a node does. */
public enum NodeRole {
    /** Holds a shard of the model and computes. */
    SHARD("shard"),
    /** Takes clients' requests and keeps them. */
    GATEWAY("gateway");

    private final String text;

    NodeRole(String text) {
        this.text = text;
    }

    /** As users write it. */
    public String text() {
        return text;
    }
}
