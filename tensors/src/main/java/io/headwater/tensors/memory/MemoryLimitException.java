/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.memory;

/** Weights do not fit: the message says which limit, and what to do. */
public final class MemoryLimitException extends RuntimeException {
    private static final long serialVersionUID = 1;

    MemoryLimitException(String message) {
        super(message);
    }
}
