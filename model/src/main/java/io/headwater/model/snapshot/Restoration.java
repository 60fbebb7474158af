/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.snapshot;

import java.util.ArrayList;
import java.util.List;

/**
 * A snapshot that is whole, fits, and has all heads that are wanted: {@link #open} has made sure of that before a cache is touched. The segments may
 * be cut in any way, and may have heads besides.
 */
public final class Restoration {
    private final List<SnapshotSource> sources;
    private final List<SnapshotHeader> headers;

    private Restoration(List<SnapshotSource> sources, List<SnapshotHeader> headers) {
        this.sources = List.copyOf(sources);
        this.headers = List.copyOf(headers);
    }

    /**
     * Reads all segments, compares them with each other and with what they are for. The caller closes the sources when it is done.
     *
     * @throws SnapshotException if a segment is damaged, of another version, model, policy or snapshot, or a head is missing or there twice
     */
    public static Restoration open(List<SnapshotSource> sources, RestoreTarget target) throws SnapshotException {
        if (sources.isEmpty()) {
            throw new IllegalArgumentException("sources=[]: a snapshot has at least one segment");
        }
        List<SnapshotHeader> headers = new ArrayList<>();
        for (SnapshotSource source : sources) {
            SnapshotHeader header = source.header();
            Fitness.check(source.name(), header, target);
            if (!headers.isEmpty() && !header.sameSnapshot(headers.getFirst())) {
                throw SnapshotException.unfit(
                        source.name(),
                        "of another snapshot (" + describe(header) + ") than "
                                + sources.getFirst().name() + " (" + describe(headers.getFirst()) + ")",
                        "give the segments of one");
            }
            headers.add(header);
        }
        checkHeads(sources, headers, target);
        return new Restoration(sources, headers);
    }

    private static String describe(SnapshotHeader header) {
        return "session " + header.origin().session() + ", position "
                + header.at().position() + ", log offset " + header.origin().logOffset();
    }

    private static void checkHeads(List<SnapshotSource> sources, List<SnapshotHeader> headers, RestoreTarget target)
            throws SnapshotException {
        int[] owner = new int[target.heads().nKvHeads()];
        for (int i = 0; i < headers.size(); i++) {
            HeadRange heads = headers.get(i).heads();
            for (int kvHead = heads.from(); kvHead < heads.to(); kvHead++) {
                if (owner[kvHead] > 0) {
                    throw SnapshotException.unfit(
                            sources.get(i).name(),
                            "has KV head " + kvHead + ", and so has "
                                    + sources.get(owner[kvHead] - 1).name(),
                            "give each head once");
                }
                owner[kvHead] = i + 1;
            }
        }
        for (int kvHead = target.heads().from(); kvHead < target.heads().to(); kvHead++) {
            if (owner[kvHead] == 0) {
                throw SnapshotException.unfit(
                        sources.getFirst().name(),
                        "KV head " + kvHead + " is in none of the " + sources.size() + " segments given",
                        "give all segments of the snapshot, or build the cache again from the session's tokens");
            }
        }
    }

    /** How far the session was. */
    public SequencePoint at() {
        return headers.getFirst().at();
    }

    /**
     * Fills heads, which are empty.
     *
     * @return 0, or a negative refusal of memory; after that or an exception the heads are of no use
     * @throws SnapshotException if a segment contradicts itself, or has changed meanwhile
     */
    public int fill(ShardHeads heads) throws SnapshotException {
        for (int i = 0; i < sources.size(); i++) {
            int refusal = new SegmentReader(sources.get(i), headers.get(i), heads).read();
            if (refusal < 0) {
                return refusal;
            }
        }
        return heads.charge();
    }
}
