/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.snapshot;

/**
 * How far a sequence is.
 *
 * @param position tokens that it has read
 * @param sinceChange tokens since the last change point
 */
public record SequencePoint(int position, int sinceChange) {
    public SequencePoint {
        if (position < 0 || sinceChange < 0 || sinceChange > position) {
            throw new IllegalArgumentException("position=" + position + " sinceChange=" + sinceChange);
        }
    }
}
