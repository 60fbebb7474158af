/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

/** A step stream that does not fit what came before: the follower cannot go on. The message says what is wrong. */
final class StepStreamException extends Exception {
    private static final long serialVersionUID = 1;

    StepStreamException(String message) {
        super(message);
    }
}
