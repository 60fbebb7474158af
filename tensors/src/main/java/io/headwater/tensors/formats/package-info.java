/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The number formats of GGUF tensors, as the public GGML description gives them: how many elements and bytes a block has, and how
 * a row becomes small integers with scales, or floats. Stateless and safe for every thread. Read {@link TensorType} first.
 */
@NullMarked
package io.headwater.tensors.formats;

import org.jspecify.annotations.NullMarked;
