/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What a KV head keeps when its cache is compressed: pure functions on one head, {@code score → split → merge → compact}, without
 * I/O, threads or a clock. Read {@code KvPolicy} first (what a user chooses), then {@code HeadCompressor} (what a worker runs at a
 * change point), then {@code CompressibleHead} (what both need of a cache). Whoever calls is the owner thread.
 */
@NullMarked
package io.headwater.compression;

import org.jspecify.annotations.NullMarked;
