/* SPDX-License-Identifier: Apache-2.0 */
/** Tests, and the hand-made fakes that they share. */
@NullMarked
package io.headwater.actors.shard;

import org.jspecify.annotations.NullMarked;
