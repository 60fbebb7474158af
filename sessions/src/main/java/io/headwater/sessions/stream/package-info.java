/* SPDX-License-Identifier: Apache-2.0 */
/**
 * From the log to subscribers: a {@link io.headwater.sessions.stream.SessionFeed} holds the newest events of a session that is in memory and says when
 * there are more, at a {@link io.headwater.sessions.stream.Pace} that their number sets; a {@link io.headwater.sessions.stream.TokenStream} reads as fast
 * as its subscriber takes it, from the log where the feed is further on. Any thread.
 */
@NullMarked
package io.headwater.sessions.stream;

import org.jspecify.annotations.NullMarked;
