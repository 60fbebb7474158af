/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.snapshot;

import io.headwater.model.kvcache.KvOptions;

/**
 * What a segment says of itself; all segments of a snapshot say the same but for their heads.
 *
 * @param format of the segment, see {@link #FORMAT}
 * @param arithmetic see {@link ArithmeticVersion}
 * @param kv how the session's cache is kept
 * @param heads that the segment has
 */
public record SnapshotHeader(
        int format, int arithmetic, SnapshotOrigin origin, SequencePoint at, KvOptions kv, HeadRange heads) {
    /** Raised with every change of {@link SnapshotSchema}, of the header's keys or of their meaning. */
    static final int FORMAT = 2;

    /** Of this program's versions. */
    public static SnapshotHeader of(SnapshotOrigin origin, SequencePoint at, KvOptions kv, HeadRange heads) {
        return new SnapshotHeader(FORMAT, ArithmeticVersion.CURRENT, origin, at, kv, heads);
    }

    /** Whether both are of one snapshot. */
    boolean sameSnapshot(SnapshotHeader other) {
        return origin.equals(other.origin) && at.equals(other.at) && kv.equals(other.kv);
    }
}
