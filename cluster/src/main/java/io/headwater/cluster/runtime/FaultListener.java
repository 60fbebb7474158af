/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

/** Hears once, from any thread, that a runtime is over. Quick, and must not close the runtime itself: that waits for the thread it is called on. */
@FunctionalInterface
public interface FaultListener {
    void on(long epoch, RuntimeFault fault);
}
