/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Packed weights. Kernels exist for three forms, not for file formats: nibbles, bytes and floats, each with rows in lanes.
 * {@code MatrixPacker} turns any file format into one of them at load; read {@code PackedMatrix} first.
 */
@NullMarked
package io.headwater.tensors.forms;

import org.jspecify.annotations.NullMarked;
