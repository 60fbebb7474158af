/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.snapshot;

/**
 * How far a sequence is.
 *
 * @param position tokens that it has read
 * @param sinceChange tokens since the last change point
 * @param rotaryPosition the position by which the next token is turned: {@code position} unless positions have started anew
 */
public record SequencePoint(int position, int sinceChange, int rotaryPosition) {
    public SequencePoint {
        if (position < 0
                || sinceChange < 0
                || sinceChange > position
                || rotaryPosition < 0
                || rotaryPosition > position) {
            throw new IllegalArgumentException(
                    "position=" + position + " sinceChange=" + sinceChange + " rotaryPosition=" + rotaryPosition);
        }
    }

    /** Of a sequence that was never re-based. */
    public SequencePoint(int position, int sinceChange) {
        this(position, sinceChange, position);
    }
}
