/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

/** Another shard did not come to an exchange; the message says which, where and why. */
public final class ExchangeException extends Exception {
    private static final long serialVersionUID = 1;

    public ExchangeException(String message) {
        super(message);
    }
}
