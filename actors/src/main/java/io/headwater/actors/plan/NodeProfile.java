/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import java.util.List;

/**
 * What a node offers to a plan, from its start to its end.
 *
 * @param node its id, unique in the cluster
 * @param host for people
 * @param capacity its share of work, in proportion to the others'; nodes within 20 % count as equal
 * @param threads workers of its engine
 * @param kvLimitBytes most KV memory
 * @param weightLimitBytes most memory for packed weights
 * @param model fingerprint of its model file: only nodes with the same one share a plan
 * @param dataAddress where its data plane receives: a {@code DataAddress} as text
 */
public record NodeProfile(
        String node,
        String host,
        long pid,
        List<String> roles,
        double capacity,
        int threads,
        long kvLimitBytes,
        long weightLimitBytes,
        String model,
        String dataAddress,
        String version) {
    public NodeProfile {
        roles = List.copyOf(roles);
        if (node.isBlank() || !(capacity > 0) || Double.isInfinite(capacity) || threads < 1) {
            throw new IllegalArgumentException("node='" + node + "' capacity=" + capacity + " threads=" + threads
                    + ": give a name, a positive capacity and at least one thread");
        }
    }
}
