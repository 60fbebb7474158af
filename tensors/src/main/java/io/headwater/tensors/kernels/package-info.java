/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The exact arithmetic: every operation of the forward pass as a contract that fixes the order of additions, a scalar oracle
 * that is right by definition, and Vector API providers that return the same bits. Read {@code Kernels} first.
 */
@NullMarked
package io.headwater.tensors.kernels;

import org.jspecify.annotations.NullMarked;
