/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import java.util.Map;

/**
 * What a node tells about itself each second.
 *
 * @param loadedBytes of {@code totalBytes}, while it loads
 * @param kernels name of the kernels in use; empty without an engine
 * @param memoryBytes what the process holds
 * @param freeBytes what its host could still give; 0 if not known
 * @param running sequences in the decode loop: the leader knows them, others say 0
 * @param waiting requests that wait for their first step
 * @param runningTokens positions of all running sequences together: what a rebuild would have to read again
 * @param shrunk sessions that have less of a KV budget than they asked for, on every node of the plan; {@code leastBudget} is the smallest
 * @param prefillPerSecond tokens that a rebuild reads in a second; 0 if not known
 * @param exchangeP50Micros time of one all-reduce
 * @param dropped messages that were dropped, by reason
 */
public record NodeFigures(
        long loadedBytes,
        long totalBytes,
        String kernels,
        long weightBytes,
        long kvBytes,
        long kvLimitBytes,
        long memoryBytes,
        long freeBytes,
        int running,
        int waiting,
        long runningTokens,
        int shrunk,
        int leastBudget,
        double prefillPerSecond,
        double tokensPerSecond,
        double exchangeP50Micros,
        double exchangeP99Micros,
        long exchangeBytes,
        Map<String, Long> dropped) {
    public static final NodeFigures NONE =
            new NodeFigures(0, 0, "", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Map.of());

    public NodeFigures {
        dropped = Map.copyOf(dropped);
    }

    /** These, with so much KV memory in use of at most so much. */
    public NodeFigures withKv(long bytes, long limitBytes) {
        return new NodeFigures(
                loadedBytes,
                totalBytes,
                kernels,
                weightBytes,
                bytes,
                limitBytes,
                memoryBytes,
                freeBytes,
                running,
                waiting,
                runningTokens,
                shrunk,
                leastBudget,
                prefillPerSecond,
                tokensPerSecond,
                exchangeP50Micros,
                exchangeP99Micros,
                exchangeBytes,
                dropped);
    }

    /** These, while loading. */
    public NodeFigures withLoaded(long done, long total) {
        return new NodeFigures(
                done,
                total,
                kernels,
                weightBytes,
                kvBytes,
                kvLimitBytes,
                memoryBytes,
                freeBytes,
                running,
                waiting,
                runningTokens,
                shrunk,
                leastBudget,
                prefillPerSecond,
                tokensPerSecond,
                exchangeP50Micros,
                exchangeP99Micros,
                exchangeBytes,
                dropped);
    }
}
