/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

/** {@link KernelAllocation} of 256-bit vectors. */
final class Vector256AllocationTest extends KernelAllocation {
    Vector256AllocationTest() {
        super(KernelWidth.BITS_256);
    }
}
