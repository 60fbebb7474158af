/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

/** {@link KernelAllocation} of 512-bit vectors. */
final class Vector512AllocationTest extends KernelAllocation {
    Vector512AllocationTest() {
        super(KernelWidth.BITS_512);
    }
}
