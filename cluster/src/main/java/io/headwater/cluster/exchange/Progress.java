/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.exchange;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Where a node's engine is. Written by one thread, read by others, which may see the step of one place with the other's layer. */
final class Progress {
    private final AtomicLong step = new AtomicLong(-1);
    private final AtomicInteger place = new AtomicInteger(Place.BEGIN);

    void set(long newStep, int newPlace) {
        place.setRelease(newPlace);
        step.setRelease(newStep);
    }

    long step() {
        return step.getAcquire();
    }

    int place() {
        return place.getAcquire();
    }

    String words() {
        return Place.words(step(), place());
    }
}
