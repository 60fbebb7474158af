/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression;

/** A policy's text cannot be understood; the message is one line for the user and says what would do. */
public final class PolicyException extends Exception {
    private static final long serialVersionUID = 1L;

    public PolicyException(String message) {
        super(message);
    }
}
