/* SPDX-License-Identifier: Apache-2.0 */
/**
 * From one row of logits to one token. Read {@link io.headwater.model.sampling.Sampler} first, then
 * {@link io.headwater.model.sampling.Draw}, which is the definition of a draw.
 *
 * <p>The work is split as a cluster will split it: {@code LogitAdjustment} and {@code ShardSummary} are what a shard does with
 * its vocabulary rows, {@code VocabularyMerge}, {@code RankedRows} and {@code Draw} are the leader's part. No result depends on
 * which shard holds which unit of 1024 rows. Everything here is owned by one thread, the one that decodes the session.
 */
@NullMarked
package io.headwater.model.sampling;

import org.jspecify.annotations.NullMarked;
