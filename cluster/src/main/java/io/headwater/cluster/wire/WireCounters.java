/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.wire;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what a node sends and what it drops. Any thread. */
public final class WireCounters {
    /** What is counted. */
    public enum Count {
        /** Dropped: no header, no such type, another length than it says, other metadata, a part outside its tensor. */
        MALFORMED,
        /** Dropped: of another epoch. */
        OLD_EPOCH,
        /** Dropped: of a step, layer or phase that is over. */
        OLD_STEP,
        /** Dropped: from another node than its stream belongs to. */
        UNKNOWN_SOURCE,
        MESSAGES,
        BYTES,
        FLUSHES,
        PULSES
    }

    private final Map<Count, AtomicLong> counts = new EnumMap<>(Count.class);

    public WireCounters() {
        for (Count count : Count.values()) {
            counts.put(count, new AtomicLong());
        }
    }

    public void add(Count count, long more) {
        of(count).getAndAdd(more);
    }

    public long get(Count count) {
        return of(count).get();
    }

    private AtomicLong of(Count count) {
        return Objects.requireNonNull(counts.get(count));
    }

    /** Messages dropped, for whatever cause. */
    public long dropped() {
        return get(Count.MALFORMED) + get(Count.OLD_EPOCH) + get(Count.OLD_STEP) + get(Count.UNKNOWN_SOURCE);
    }
}
