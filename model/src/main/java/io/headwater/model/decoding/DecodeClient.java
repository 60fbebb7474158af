/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import java.time.Duration;
import java.util.Optional;

/** Where a command hands in work: a decode loop on the calling thread, or a cluster. One thread calls it and hears all listeners. */
public interface DecodeClient extends AutoCloseable {
    /** Hands a request in; any number may run at once. */
    void submit(DecodeRequest request, DecodeListener listener);

    /** Ends a request between two steps; its listener hears {@link DecodeEvent.Ended} with reason cancelled. */
    void cancel(long session);

    /** Frees what a request with {@code keep} has left, also on the disk: the session is over. */
    void release(long session);

    /** Frees the memory of what a request with {@code keep} has left; what can be kept on the disk is, since the session may go on. */
    void park(long session);

    /** Works, or waits at most so long, until something has been told; false if nothing was. */
    boolean await(Duration timeout);

    /** Makes an {@link #await} that waits, or else the next one, return now; the only method for any thread. */
    void wake();

    /** What the engines have done so far, as far as this client knows. */
    ClientFigures figures();

    /** What caches hold now; empty if this client does not know, as that of a cluster. */
    default Optional<KvHeld> kvHeld() {
        return Optional.empty();
    }

    @Override
    void close();

    /**
     * Figures for reports.
     *
     * @param epoch of the plan
     * @param nodes that share the model
     * @param threads of all nodes together
     * @param kernels name of the kernels
     * @param weightBytes read by one step, on all shards
     */
    record ClientFigures(
            long epoch,
            int nodes,
            int threads,
            String kernels,
            long weightBytes,
            long steps,
            long rows,
            long stepNanos,
            long exchangeNanos,
            long exchangeBytes) {}
}
