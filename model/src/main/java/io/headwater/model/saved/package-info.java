/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Caches that have left the memory, or may have to come back after the death of this process. Read {@link io.headwater.model.saved.CacheShelf} first, what
 * a decode loop asks for, then {@link io.headwater.model.saved.SnapshotFiles}, where they lie in files. On a cluster each node has files of its own heads. Everything runs on the decode loop's thread, between
 * two steps.
 */
@NullMarked
package io.headwater.model.saved;

import org.jspecify.annotations.NullMarked;
