/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.memory;

/**
 * One arena at one moment.
 *
 * @param sessions open sessions
 * @param slabs mapped slabs, the spare one included
 * @param slabBytes what the arena is charged for: all its slabs
 * @param lentBytes blocks that sessions hold
 * @param peakLentBytes the highest lentBytes so far
 * @param returnedBytes free blocks whose pages the system has: never touched, or given back
 */
public record ArenaStatistics(
        int sessions, int slabs, long slabBytes, long lentBytes, long peakLentBytes, long returnedBytes) {}
