/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The keys and values of a sequence on one shard: a {@code SequenceCache} holds one {@code HeadCache} per layer and KV head, each a
 * list of blocks of its own from the shard's arena, with a length of its own.
 */
@NullMarked
package io.headwater.model.kvcache;

import org.jspecify.annotations.NullMarked;
