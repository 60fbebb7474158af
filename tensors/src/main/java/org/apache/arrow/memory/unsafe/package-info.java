/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Arrow's {@code CheckAllocator} looks for a class of this package by its resource name; ours takes the place of the artifacts
 * arrow-memory-unsafe and arrow-memory-netty. Nothing here is used directly.
 */
@NullMarked
package org.apache.arrow.memory.unsafe;

import org.jspecify.annotations.NullMarked;
