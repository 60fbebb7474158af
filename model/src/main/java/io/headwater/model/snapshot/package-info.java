/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A session's KV cache on disk: everything that decides later bits, so that a restored session goes on as if it had never been away. A segment holds
 * a run of KV heads of every layer; a snapshot is one or more segments, however the shards that wrote them were cut. Read {@link
 * io.headwater.model.snapshot.SnapshotHeader} first (what a segment says of itself), then {@code SnapshotSchema} (its columns), {@link
 * io.headwater.model.snapshot.SegmentWriter} and {@link io.headwater.model.snapshot.Restoration}.
 *
 * <p>A segment is an Arrow IPC stream, then 20 bytes ({@code Trailer}): a mark, the stream's length, a CRC-32C of all before. Any Arrow reader can read
 * it. Nothing is believed before the sum is right. Everything runs on the thread that owns the caches, between two steps.
 */
@NullMarked
package io.headwater.model.snapshot;

import org.jspecify.annotations.NullMarked;
