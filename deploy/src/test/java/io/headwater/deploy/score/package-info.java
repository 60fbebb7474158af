/* SPDX-License-Identifier: Apache-2.0 */
/** {@code score} and {@code perplexity} as a user meets them. */
@NullMarked
package io.headwater.deploy.score;

import org.jspecify.annotations.NullMarked;
