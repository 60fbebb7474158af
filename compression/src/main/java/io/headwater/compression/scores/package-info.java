/* SPDX-License-Identifier: Apache-2.0 */
/**
 * How much an entry matters: building blocks (window attention, pooling, redundancy, key geometry, deterministic top-k) and the
 * scores of the policies, small compositions of them. Read {@code EntryScore} first, then {@code EntryScores}, which says what each
 * policy is made of. Objects hold scratch and have one owner thread.
 */
@NullMarked
package io.headwater.compression.scores;

import org.jspecify.annotations.NullMarked;
