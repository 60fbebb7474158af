/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.decode;

import io.headwater.model.decoding.DecodeListener;
import io.headwater.model.decoding.DecodeRequest;

/** The decode loop of a leader's engine, as its {@link Decoder} uses it; any thread. */
public interface DecodeWork {
    /** Hands a request in. The listener is called on the loop's thread, or at once if the loop has no room for the request. */
    void submit(DecodeRequest request, DecodeListener listener);

    /** Ends a session's request; false if the loop's queue is full: try again. */
    boolean cancel(long session);

    /** Frees a session's cache, its files stay; false if the loop's queue is full: try again. */
    boolean release(long session);

    /**
     * A session's cache leaves the memory, for files if the nodes keep any; false if the loop's queue is full: try again.
     *
     * @param done called on the loop's thread
     */
    boolean park(long session, Runnable done);

    /** Throws away the files of a session that is known by this name in them; false if the loop's queue is full: try again. */
    boolean forget(long name);

    /** What the engine has done so far; may be a step old. */
    LoopFigures figures();

    /**
     * What a leader's engine has done in its epoch.
     *
     * @param exchangeNanos its time in the exchange
     * @param exchangeBytes that it sent to its peers
     */
    record LoopFigures(long steps, long rows, long stepNanos, long exchangeNanos, long exchangeBytes) {
        public static final LoopFigures NONE = new LoopFigures(0, 0, 0, 0, 0);

        LoopFigures plus(LoopFigures more) {
            return new LoopFigures(
                    steps + more.steps,
                    rows + more.rows,
                    stepNanos + more.stepNanos,
                    exchangeNanos + more.exchangeNanos,
                    exchangeBytes + more.exchangeBytes);
        }
    }
}
