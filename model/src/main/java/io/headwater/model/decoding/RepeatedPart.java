/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

/**
 * A part of a reconstruction that a session's log tells of, since it is no function of token counts: when it was run, and how far, was decided.
 *
 * @param rows that were run, the request for it included; 0 where memory had no room for any, and it was left out
 * @param to tokens of the session that are repeated with it, from the first on
 */
public record RepeatedPart(int rows, int to) {
    public RepeatedPart {
        if (rows < 0 || to < 0) {
            throw new IllegalArgumentException("a part of " + rows + " rows up to token " + to + ": give no negatives");
        }
    }
}
