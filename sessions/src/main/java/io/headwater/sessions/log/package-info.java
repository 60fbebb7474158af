/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The token log: what happened in each session, in order, durable. It alone says what a client has been told: append, commit, then tell. Read
 * {@link io.headwater.sessions.log.SessionEvent} first, then {@link io.headwater.sessions.log.LogWriter}, whose thread writes, and {@link
 * io.headwater.sessions.log.LogReader}, whose threads read. It is in SQLite, of one server, or in PostgreSQL, of several: then {@code Owners} says whose a
 * session is, and {@code Presence} who lives.
 */
@NullMarked
package io.headwater.sessions.log;

import org.jspecify.annotations.NullMarked;
