/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.decode;

/** Hears how far a prompt has been read. */
@FunctionalInterface
public interface PrefillListener {
    void prefilled(int done, int total);
}
