/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

/** Hears what becomes of one request. Quick: the decode loop waits for it. */
@FunctionalInterface
public interface DecodeListener {
    void on(DecodeEvent event);
}
