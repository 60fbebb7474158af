/* SPDX-License-Identifier: Apache-2.0 */
/**
 * From the log to subscribers: a {@link io.headwater.sessions.stream.SessionFeed} holds the newest events of a session that is in memory and says when
 * there are more, a {@link io.headwater.sessions.stream.TokenStream} reads at its subscriber's pace, from the log where the feed is further on. Any thread.
 */
@NullMarked
package io.headwater.sessions.stream;

import org.jspecify.annotations.NullMarked;
