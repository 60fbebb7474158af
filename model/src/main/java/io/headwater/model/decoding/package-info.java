/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Requests, and the loop that decodes many of them together (continuous batching): read {@code DecodeLoop} first. Pure logic over a
 * {@link io.headwater.model.engine.StepEngine}: no threads, no network, no actors.
 */
@NullMarked
package io.headwater.model.decoding;

import org.jspecify.annotations.NullMarked;
