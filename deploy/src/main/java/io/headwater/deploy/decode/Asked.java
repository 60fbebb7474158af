/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.decode;

/** Work that has been handed in; it goes on while the client is awaited. */
public interface Asked {
    boolean over();

    /** Ends it early; it is over soon. */
    void cancel();
}
