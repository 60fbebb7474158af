/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.bench;

/** What part of some time something took, over several measurements. */
final class TimeShare {
    private long part;
    private long whole;

    void count(long partNanos, long wholeNanos) {
        part += partNanos;
        whole += wholeNanos;
    }

    double value() {
        return whole == 0 ? 0 : (double) part / whole;
    }

    void reset() {
        part = 0;
        whole = 0;
    }
}
