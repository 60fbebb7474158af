/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.quality;

/** What a head keeps: so many entries, or a share of the tokens that have been read. */
public sealed interface Budget {
    /** After so many tokens. */
    int entries(int tokens);

    /** A number of entries. */
    record Entries(int count) implements Budget {
        @Override
        public int entries(int tokens) {
            return count;
        }

        @Override
        public String toString() {
            return Integer.toString(count);
        }
    }

    /** A share, above 0 and at most 1; rounded down. */
    record Share(double keep) implements Budget {
        @Override
        public int entries(int tokens) {
            return (int) (keep * tokens);
        }

        @Override
        public String toString() {
            return Double.toString(keep);
        }
    }
}
