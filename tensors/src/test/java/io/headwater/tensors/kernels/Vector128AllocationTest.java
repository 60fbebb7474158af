/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

/** {@link KernelAllocation} of 128-bit vectors. */
final class Vector128AllocationTest extends KernelAllocation {
    Vector128AllocationTest() {
        super(KernelWidth.BITS_128);
    }
}
