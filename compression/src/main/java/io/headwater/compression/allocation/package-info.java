/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Who may keep how much: a session's mean budget divided over layers and heads, as pure functions of integers, so that every shard of
 * every layout comes to the same division. Read {@code Allocation} first (what there is), then {@code FixedBudgets} (what needs no
 * scores), then {@code Contest}, {@code ScoreTable} and {@code SharedBudgets} (what heads compete for by their scores). Whoever calls
 * is the owner thread; different workers may fill different heads of one table.
 */
@NullMarked
package io.headwater.compression.allocation;

import org.jspecify.annotations.NullMarked;
