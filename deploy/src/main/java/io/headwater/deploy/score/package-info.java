/* SPDX-License-Identifier: Apache-2.0 */
/**
 * How probable a text is: the commands {@code score} (each token of a short text) and {@code perplexity} (the mean over a long one). Read
 * {@link io.headwater.deploy.score.TextScorer} first: both stand on it.
 */
@NullMarked
package io.headwater.deploy.score;

import org.jspecify.annotations.NullMarked;
