/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.exchange;

import io.headwater.cluster.media.DataAddress;
import java.util.concurrent.atomic.AtomicLong;

/** What this node knows of another. When it was heard and since when it is awaited is any thread's, the rest is the pulse thread's. */
final class Peer {
    private static final long NOT_AWAITED = Long.MIN_VALUE;

    final int index;
    private final DataAddress address;
    private final AtomicLong heardNanos;
    private final AtomicLong awaitedSinceNanos = new AtomicLong(NOT_AWAITED);
    private long step = -1;
    private int place = Place.BEGIN;
    private long movedNanos;

    Peer(int index, DataAddress address, long nowNanos) {
        this.index = index;
        this.address = address;
        this.heardNanos = new AtomicLong(nowNanos);
        this.movedNanos = nowNanos;
    }

    void heard(long nowNanos) {
        heardNanos.setRelease(nowNanos);
    }

    long silentNanos(long nowNanos) {
        return nowNanos - heardNanos.getAcquire();
    }

    /** This node has not listened for so long. */
    void credit(long gapNanos, long nowNanos) {
        long heard = heardNanos.getAcquire();
        long later = nowNanos - heard < gapNanos ? nowNanos : heard + gapNanos;
        heardNanos.compareAndSet(heard, later); // else it was heard just now, on another thread
        movedNanos = nowNanos - movedNanos < gapNanos ? nowNanos : movedNanos + gapNanos;
    }

    /** The exchange cannot go on without this peer. */
    void await(long nowNanos) {
        awaitedSinceNanos.setRelease(nowNanos);
    }

    void arrived() {
        awaitedSinceNanos.setRelease(NOT_AWAITED);
    }

    /** How long the exchange has waited for it; 0 if it does not. */
    long awaitedNanos(long nowNanos) {
        long since = awaitedSinceNanos.getAcquire();
        return since == NOT_AWAITED ? 0 : nowNanos - since;
    }

    /** It has said where it is. */
    void isAt(long newStep, int newPlace, long nowNanos) {
        if (newStep != step || newPlace != place) {
            step = newStep;
            place = newPlace;
            movedNanos = nowNanos;
        }
    }

    long unmovedNanos(long nowNanos) {
        return nowNanos - movedNanos;
    }

    /** Whether it has not come as far as this. */
    boolean isBehind(long otherStep, int otherPlace) {
        return Place.compare(step, place, otherStep, otherPlace) < 0;
    }

    String where() {
        return Place.words(step, place);
    }

    @Override
    public String toString() {
        return "node " + index + " (" + address.endpoint() + ")";
    }
}
