/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.llama;

/**
 * Rotary position embedding: pairs {@code (2i, 2i + 1)} inside each head turn by
 * {@code position * theta^(-2i / dimensionCount) / scaling.divisor(i)}.
 *
 * @param dimensionCount how many leading elements of a head are rotated: even, at most headDim
 */
public record RopeConfig(float theta, int dimensionCount, RopeScaling scaling) {}
