/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.shard;

/** A model, or a wish for nodes, that units cannot be dealt out for; the message says why. */
public final class UnitException extends Exception {
    private static final long serialVersionUID = 1;

    public UnitException(String message) {
        super(message);
    }
}
