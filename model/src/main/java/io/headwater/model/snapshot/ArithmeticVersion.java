/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.snapshot;

/** Of the definition of every sum and rounding (DESIGN 5): raised whenever any bit of any logit or cache may change. A cache of another version is built anew. */
public final class ArithmeticVersion {
    public static final int CURRENT = 5;

    private ArithmeticVersion() {}
}
