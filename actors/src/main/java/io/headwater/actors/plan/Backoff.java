/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import java.time.Duration;

/** A time that doubles with each use, up to a longest one. Owned by whoever waits. */
final class Backoff {
    private final Duration first;
    private final Duration longest;
    private Duration next;

    Backoff(Duration first, Duration longest) {
        this.first = first;
        this.longest = longest;
        this.next = first;
    }

    Duration next() {
        Duration now = next;
        Duration doubled = now.multipliedBy(2);
        next = doubled.compareTo(longest) < 0 ? doubled : longest;
        return now;
    }

    void reset() {
        next = first;
    }
}
