/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.decode;

/** A wish to end the work between two steps. Any thread may ask. */
public final class Cancellation {
    private volatile boolean asked;

    public void ask() {
        asked = true;
    }

    public boolean asked() {
        return asked;
    }
}
