/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.engine.StepEngine;

/** The logits of the newest step, row by row. Owned by the decode loop. */
final class LogitRows {
    private final StepEngine engine;
    private final float[] row;

    LogitRows(StepEngine engine) {
        this.engine = engine;
        this.row = new float[engine.vocabSize()];
    }

    /** One row of those that were wanted {@code [vocabSize]}, valid until the next call. */
    float[] row(int index) {
        System.arraycopy(engine.logits(), index * row.length, row, 0, row.length);
        return row;
    }
}
