/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.membership;

/** A node that could not start; the message says why and what to do. */
public final class MembershipException extends Exception {
    private static final long serialVersionUID = 1;

    MembershipException(String message, Throwable cause) {
        super(message, cause);
    }
}
