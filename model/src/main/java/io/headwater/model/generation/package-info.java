/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One turn of an answer: which text goes out, and when it ends. Read {@link io.headwater.model.generation.Turn} first. Owned by
 * the thread that decodes the session.
 */
@NullMarked
package io.headwater.model.generation;

import org.jspecify.annotations.NullMarked;
