/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

/** What the workers of one shard do in a step. */
interface StepProgram {
    /** One worker's part of the current step. */
    void run(int worker) throws ExchangeException;

    /** Ends the step of all workers that wait, or come to wait, at a barrier of it. */
    void abort(String reason);
}
