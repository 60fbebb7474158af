/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.forms;

/** A weight or scale that is not finite; the message says where in the matrix. */
public final class BadWeightException extends Exception {
    private static final long serialVersionUID = 1;

    BadWeightException(String message) {
        super(message);
    }
}
