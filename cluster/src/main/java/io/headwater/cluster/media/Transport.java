/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.media;

/** How the nodes of a plan reach each other. */
public enum Transport {
    /** Shared memory of one media driver: nodes of one host. */
    IPC,
    /** UDP unicast: every node has a driver. */
    UDP
}
