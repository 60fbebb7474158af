/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Native memory with an account: a node's root allocator ({@link io.headwater.tensors.memory.NodeMemory}), one
 * {@link io.headwater.tensors.memory.BlockArena} per engine that cuts slabs into KV blocks, and
 * {@link io.headwater.tensors.memory.WeightMemory} for packed weights. Read {@code BlockArena} first. An arena and its sessions
 * belong to one thread; Arrow's accounts above them may be shared by all threads of the node.
 */
@NullMarked
package io.headwater.tensors.memory;

import org.jspecify.annotations.NullMarked;
