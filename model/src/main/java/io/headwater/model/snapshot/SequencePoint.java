/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.snapshot;

import io.headwater.model.kvcache.Rebasing;

/**
 * How far a sequence is.
 *
 * @param position tokens that it has read
 * @param sinceChange tokens since the last change point
 * @param contextLength at whose end its positions start anew; {@link Integer#MAX_VALUE} for a full cache
 */
public record SequencePoint(int position, int sinceChange, int contextLength) {
    public SequencePoint {
        if (position < 0 || sinceChange < 0 || sinceChange > position || contextLength < 1) {
            throw new IllegalArgumentException(
                    "position=" + position + " sinceChange=" + sinceChange + " contextLength=" + contextLength);
        }
    }

    /** Of a sequence whose positions never start anew. */
    public SequencePoint(int position, int sinceChange) {
        this(position, sinceChange, Rebasing.NEVER.contextLength());
    }

    /** The position by which the next token is turned. */
    public int rotaryPosition() {
        return Rebasing.at(contextLength).position(position);
    }
}
